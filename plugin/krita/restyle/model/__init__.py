"""What there is to show, without a widget: the controller, paintings of all frames, drafts, recent paintings, settings."""

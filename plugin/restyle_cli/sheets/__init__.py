"""Pictures that show several: the library's contact sheet, and that of a report."""

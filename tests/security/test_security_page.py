"""Every sentence of SECURITY.md that promises something is held by a test, which is named here."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROMISING = ("Doors", "What arrives", "What leaves")

DOORS, LOCKOUT, INCIDENTS = "security/test_security_doors.py", "security/test_security_lockout.py", "security/test_security_incidents.py"
TLS, FUZZ, FOLDERS = "security/test_security_tls.py", "security/test_security_fuzz.py", "security/test_security_folders.py"
SPECS, BODIES, SHELVES, FAULTS = (f"server/test_server_{name}.py" for name in ("specs", "bodies", "shelves", "faults"))

PROOFS: Mapping[str, tuple[str, ...]] = {
    "the loopback port: calls with the token": (
        f"{DOORS}::test_every_call_wants_the_token",
        f"{LOCKOUT}::test_who_has_no_token_is_refused_before_a_byte_of_the_message",
        "security/test_security_page.py::test_the_token_is_compared_in_constant_time",
    ),
    "Health's Check alone needs none": (f"{DOORS}::test_health_needs_no_token_and_can_be_asked_alone",),
    "the port for other machines: TLS with a client certificate": (f"{TLS}::test_a_certificate_of_the_authority_opens_the_door_and_nothing_else_does",),
    "Without the three files the server refuses": (f"{TLS}::test_without_certificates_no_other_address_can_be_served",),
    "anything else: there is none": (
        f"{INCIDENTS}::test_a_web_page_gets_nothing_from_the_port",
        f"{INCIDENTS}::test_no_call_takes_an_address_or_a_path",
        f"{DOORS}::test_unknown_calls_and_other_protocols_get_nowhere",
    ),
    "On a shared server each certificate is a user": (f"{TLS}::test_limits_count_the_certificate_however_its_holder_calls_itself",),
    "Its holder can't list, watch": (
        f"{TLS}::test_another_certificate_cannot_list_watch_read_cancel_finish_delete_or_start_from_a_job",
        f"{TLS}::test_limits_count_the_certificate_however_its_holder_calls_itself",
    ),
    "Weights, styles, looks and the server's end": (f"{TLS}::test_what_is_everybodys_is_changed_on_the_servers_own_machine_only",),
    "Nobody is locked out": (
        f"{LOCKOUT}::test_a_certificates_streams_are_a_share_and_leave_its_own_cancel_and_everybody_else_alone",
        f"{LOCKOUT}::test_a_program_gone_wild_leaves_its_user_room_on_its_own_connection_and_on_others",
        "load/test_load_lockout.py::test_streams_of_one_certificate_lock_nobody_out",
    ),
    "Who has no token holds nothing": ("load/test_load_lockout.py::test_streams_without_a_token_lock_nobody_out",),
    "A message is bounded before it is parsed": (
        f"{BODIES}::test_every_call_of_the_service_has_its_bounds",
        f"{BODIES}::test_a_message_of_many_parts_is_refused_before_it_costs_anything",
        f"{LOCKOUT}::test_a_message_that_costs_more_than_it_says_is_refused_with_a_sentence",
    ),
    "Uploads may take a minute": (f"{SHELVES}::test_an_upload_that_never_ends_is_ended",),
    "Sizes, channels, depths and counts": (
        f"{SPECS}::test_a_wrong_field_is_named_in_one_sentence",
        "server/test_server_jobs.py::test_a_wrong_upload_is_refused_and_leaves_nothing",
    ),
    "Limits: 64 megapixels": (
        "security/test_security_page.py::test_the_limits_are_those_of_the_page",
        f"{SPECS}::test_a_wrong_field_is_named_in_one_sentence",
        f"{SPECS}::test_all_payloads_together_have_a_limit",
        f"{FAULTS}::test_one_client_cannot_take_the_whole_queue",
        f"{FAULTS}::test_an_upload_that_brings_nothing_is_dropped",
        f"{FUZZ}::test_a_small_message_that_unpacks_into_a_huge_one_is_refused",
    ),
    "`server.toml` changes those": ("server/test_server_runtime.py::test_settings_come_from_the_file_and_flags_win",),
    "Pictures of styles are PNG": (
        "styles/test_style_library.py::test_what_is_no_usable_picture_is_refused_and_leaves_nothing",
        f"{SHELVES}::test_too_many_pixels_are_refused_by_the_header",
    ),
    "They are decoded in a process of their own": (
        f"{SHELVES}::test_the_front_end_decodes_no_picture_that_is_sent",
        f"{SHELVES}::test_a_decoder_that_hangs_or_dies_costs_the_style_alone",
        f"{SHELVES}::test_decoding_is_bounded_in_memory",
    ),
    "NaN and infinities are refused": ("imaging/planes/test_planes.py::test_a_plane_that_cannot_be_used_is_refused_by_its_field",),
    "Weights are safetensors": ("weights/test_weights_catalogue.py::test_what_is_no_weights_file_is_refused",),
    "The one pickle": (
        f"{INCIDENTS}::test_pickles_are_read_in_one_place_only_and_only_their_tensors",
        f"{INCIDENTS}::test_torch_is_one_that_reads_weights_safely",
        "weights/test_weights_install.py::test_a_wrong_hash_is_never_parsed_and_the_download_is_removed",
    ),
    "No call names a weights file": (f"{INCIDENTS}::test_no_call_takes_an_address_or_a_path",),
    "Looks, which the local user may add": (
        "looks/test_look_library.py::test_what_is_no_look_is_refused_in_a_sentence_and_leaves_nothing",
        "server/test_server_looks.py::test_a_hostile_file_is_refused_in_a_sentence_and_the_server_lives",
    ),
    "A live canvas counts among": (
        "server/test_server_live.py::test_canvases_are_counted_in_bytes",
        "server/test_server_live.py::test_what_is_wrong_ends_the_canvas_with_one_sentence",
        "server/test_server_live.py::test_who_sends_and_never_reads_is_ended_and_takes_no_room",
    ),
    "Painting happens in a process of its own": (f"{FAULTS}::test_a_fault_fails_its_own_job_once_and_the_next_one_runs",),
    "It is no sandbox": (),  # promises nothing
    "The log has one line per event": (
        f"{INCIDENTS}::test_the_log_has_one_line_per_event_with_the_jobs_id_and_no_secrets",
        f"{INCIDENTS}::test_layer_names_are_for_debugging_only_and_cannot_forge_a_line",
        f"{DOORS}::test_the_log_has_no_token_no_label_and_no_pixels",
    ),
    "`restyle doctor --logs` leaves out": ("cli/test_cli_doctor.py::test_the_bundle_has_the_logs_and_no_secret",),
    "Texts of others": ("cli/test_cli_output.py::test_nothing_that_somebody_named_steers_the_terminal",),
    "Errors that a call answers with": (f"{FUZZ}::test_wrong_messages_in_any_order_are_refused_and_never_the_servers_mistake",),
    "Jobs, results and logs lie in the state folder": (
        f"{FOLDERS}::test_a_folder_that_everybody_could_write_to_is_closed",
        f"{INCIDENTS}::test_what_the_server_writes_is_the_users_own_even_in_a_folder_that_all_can_open",
        f"{FAULTS}::test_a_result_expires_and_says_so",
    ),
    "So do statistics of the styles": (
        "engine/test_store.py::test_nobody_else_can_read_it_and_nothing_unfinished_is_left",
        "engine/test_store.py::test_what_was_used_longest_ago_goes_first",
        "engine/test_store.py::test_a_damaged_file_counts_as_none_and_is_written_anew",
    ),
    "No link in the state folder": (
        f"{FOLDERS}::test_nothing_is_written_through_a_planted_link",
        f"{FOLDERS}::test_no_module_of_the_folder_that_a_server_is_started_in_runs",
        f"{FOLDERS}::test_another_users_folder_is_refused",
    ),
    "What a server can't read of its own files": (
        "faults/test_faults_lost.py::test_what_is_not_understood_is_never_deleted",
        "faults/test_faults_lost.py::test_a_result_that_is_not_what_was_painted_is_never_given_out",
        "server/test_server_journal.py::test_a_journal_that_is_not_understood_is_set_aside_whole",
        "cli/test_cli_doctor.py::test_what_the_server_could_not_read_is_named",
    ),
}
"""The beginning of each sentence, and what holds it."""


def sentences() -> list[str]:
    """Of the promising parts, each row of the table as "door: who comes in"."""
    page = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    parts = dict(part.split("\n", 1) for part in page.split("\n## ")[1:])
    found = []
    for part in (parts[name] for name in PROMISING):
        rows = re.findall(r"^\| (.+?) \| (.+) \|$", part, re.MULTILINE)[1:]
        plain = re.sub(r"^\|.*$", "", part, flags=re.MULTILINE)
        paragraphs = [f"{door}: {who}" for door, who in rows] + re.split(r"\n(?:\n|- )|^- ", plain)
        found += [each for text in paragraphs for each in re.split(r"(?<=[.)])\s+(?=[A-Z`])", " ".join(text.split())) if each]
    return found


def test_every_sentence_is_held_by_a_test_and_every_test_holds_a_sentence() -> None:
    said = sentences()
    assert not [each for each in said if not any(each.startswith(beginning) for beginning in PROOFS)]
    assert not [beginning for beginning in PROOFS if not any(each.startswith(beginning) for each in said)]


@pytest.mark.parametrize("test", sorted({test for tests in PROOFS.values() for test in tests}))
def test_the_tests_that_are_named_are_there(test: str) -> None:
    path, _, name = test.partition("::")
    functions = [node.name for node in ast.parse((ROOT / "tests" / path).read_text(encoding="utf-8")).body if hasattr(node, "name")]
    assert name in functions


def test_the_limits_are_those_of_the_page() -> None:
    from restyle_server import limits
    from restyle_server.rpc import shares
    from restyle_server.rpc.bodies import MAX_PARTS, SMALL
    from restyle_server.styles.checking import DECODE_BYTES, DECODE_SECONDS

    page = " ".join((ROOT / "SECURITY.md").read_text(encoding="utf-8").split())
    usual = limits.Limits()
    assert f"{usual.max_pixels // 10**6} megapixels a plane, {usual.max_bytes_in_flight // limits.GIB} GiB in flight" in page
    assert f"{usual.max_jobs_per_client} waiting jobs a client, {usual.max_jobs} jobs in all" in page
    assert f"{limits.MESSAGE_BYTES // limits.MIB} MiB a message and none of them compressed, {limits.MAX_ICC_BYTES // limits.MIB} MiB a profile" in page
    assert f"{usual.upload_idle_seconds:g} s without a byte in an upload, texts of {limits.MAX_TEXT} characters" in page
    assert f"{shares.GUEST.streams} on {shares.GUEST.connections} connections for a certificate" in page
    assert f"{SMALL // limits.KIB} KiB where a call needs an id" in page
    assert f"{MAX_PARTS:,} parts in any" in page
    assert f"{DECODE_BYTES // limits.GIB} GiB and {DECODE_SECONDS:g} s at most" in page
    assert limits.UPLOAD_SECONDS == 60
    assert f"for every {limits.UPLOAD_PACE // limits.KIB} KiB" in page


def test_the_token_is_compared_in_constant_time() -> None:
    source = (ROOT / "server" / "restyle_server" / "rpc" / "callers.py").read_text(encoding="utf-8")
    assert re.search(r"hmac\.compare_digest\(given, b\"Bearer \" \+ token\.encode\(\)\)", source)
    assert not re.search(r"[!=]= *token|token *[!=]=", source)

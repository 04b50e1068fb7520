"""Every field has a note, and every note a field."""

import re

import pytest

from tlskit import extensions, messages
from tlskit.field_notes import INNER, NOTES, note_for, note_within
from tlskit.layouts import Struct

BESIDES = {
    "length",
    "Handshake.msg_type",
    "Handshake.length",
    "ChangeCipherSpec.type",
    "Alert.level",
    "Alert.description",
    "ApplicationData.content",
    "TLSPlaintext.type",
    "TLSPlaintext.version",
    "TLSPlaintext.length",
    "TLSPlaintext.fragment",
    "GenericAEADCipher.nonce_explicit",
    "GenericAEADCipher.ciphertext",
    "GenericAEADCipher.tag",
    "GenericBlockCipher.IV",
    "GenericBlockCipher.block_ciphered",
    "GenericBlockCipher.MAC",
}
"""What is no field of a declared struct: headers, single bytes, records."""


def structs() -> dict[str, Struct]:
    found = [
        one
        for module in (messages, extensions)
        for one in vars(module).values()
        if isinstance(one, type) and isinstance(getattr(one, "__layout__", None), Struct)
    ]
    return {one.__name__: one.__layout__ for one in found}


DECLARED = [f"{name}.{member}" for name, layout in structs().items() for member in layout.members]


def test_the_structs_are_found():
    assert {"ClientHello", "Finished", "ServerNameList", "EncryptedPreMasterSecret"} <= set(
        structs()
    )


@pytest.mark.parametrize("field", DECLARED)
def test_every_declared_field_has_a_note(field):
    assert note_for(*field.split(".")) is not None, f"add {field} to NOTES in field_notes.py"


def test_no_note_is_about_a_field_that_does_not_exist():
    assert set(NOTES) - set(DECLARED) - BESIDES == set()
    assert set(NOTES) >= BESIDES


def test_fields_inside_extensions_are_found_by_name_alone():
    bodies = {*extensions.CLIENT_BODIES.values(), *extensions.SERVER_BODIES.values()}
    inner = {body.__name__ for body in bodies if body.__layout__.members}
    inner |= {"KeyShareEntry", "PskIdentity", "KeyShareServerHello", "KeyShareHelloRetryRequest"}
    inner |= {"SelectedVersion", "SelectedIdentity", "MaxEarlyData"}  # where TLS 1.3 answers
    assert set(INNER) == inner | {"Extension", "ServerName"}
    names = [field.split(".") for field in DECLARED if field.split(".")[0] in INNER]
    for struct, name in names:
        assert note_within(name) is NOTES[f"{struct}.{name}"]


@pytest.mark.parametrize("field", NOTES)
def test_every_note_is_a_sentence_with_a_section_and_a_reader(field):
    meaning, reference, readers = NOTES[field]
    assert meaning[0].isupper() or meaning[0].isdigit()
    assert meaning.endswith(".")
    assert re.match(r"RFC \d{4} (§|App\. )", reference)
    assert readers and readers[0].islower() and not readers.endswith(".")


@pytest.mark.parametrize("name", structs())
def test_the_section_of_a_note_is_where_the_struct_is_declared(name):
    layout = structs()[name]
    for member in layout.members:
        note = note_for(name, member)
        assert note and note.reference.split()[1] in layout.reference

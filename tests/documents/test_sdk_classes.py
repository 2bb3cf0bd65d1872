"""The classes of an installed SDK; the real ones are read in `tests/sdk`."""

import sys
from importlib import metadata

import pytest

from pytest_usage_contract.documents import DocumentError, read_document

SOURCE = '''
import dataclasses, enum
from typing import Annotated, Any, Dict, Generic, List, Literal, NotRequired, Optional, Required, TypeVar, Union
import msgspec, pydantic
from typing_extensions import TypedDict
from pydantic import BaseModel, Field


class Kind(str, enum.Enum):
    TEXT = "text"
    IMAGE = "image"


class OpenKind(str, enum.Enum):
    TEXT = "text"

    @classmethod
    def _missing_(cls, value):
        return cls.TEXT


class Details(BaseModel):
    cached: Optional[int] = None
    kind: Optional[Kind] = None


class Stainless(BaseModel):
    """A class as Stainless generates it: what may be absent has None as its default."""

    model_config = pydantic.ConfigDict(extra="allow", arbitrary_types_allowed=True)

    total: int
    cost: float
    tier: Literal["standard", "batch"]
    kind: Kind
    open_kind: OpenKind
    nullable: Optional[int]
    details: Optional[Details] = None
    parts: Optional[List[Details]] = None
    zero: Optional[int] = 0
    plain: int = 0
    choice: Union[Details, str, None] = None
    table: Dict[str, int] = Field(alias="tableOf", description="By\\n name.")
    anything: Any
    odd: Any = object()
    own: "Own"
    again: Optional["Stainless"] = None


class Own:
    pass


class Typed(TypedDict, total=False):
    total: Required[int]
    cost: Optional[float]
    details: "TypedDetails"


class TypedDetails(TypedDict):
    cached: int
    text: NotRequired[Optional[int]]


@dataclasses.dataclass
class Data:
    total: int
    cost: Optional[float] = None
    parts: List["Data"] = dataclasses.field(default_factory=list)


class Struct(msgspec.Struct, rename="camel"):
    total_tokens: int
    cost: Optional[float] = None
    absent: Union[int, msgspec.UnsetType] = msgspec.UNSET
    either: Union[int, None, msgspec.UnsetType] = msgspec.UNSET
    details: Union["StructDetails", None] = None


class StructDetails(msgspec.Struct):
    cached: int


Either = Annotated[Union[Details, Data], "a note"]
Free = Dict[str, int]
function = len


class Broken(BaseModel):
    there: "Missing"
'''
SPEAKEASY = """
from typing import Optional, TypeVar, Union
from typing_extensions import TypeAliasType
from pydantic import BaseModel as Base, model_serializer

T = TypeVar("T")


class BaseModel(Base):
    pass


class Unset(BaseModel):
    @model_serializer(mode="plain")
    def serialize_model(self):
        return UNSET_SENTINEL


UNSET = Unset()
UNSET_SENTINEL = "~?~unset~?~sentinel~?~"
OptionalNullable = TypeAliasType("OptionalNullable", Union[Optional[T], Unset], type_params=(T,))


class Details(BaseModel):
    cached: Optional[int] = None


class Usage(BaseModel):
    total: int
    cost: OptionalNullable[float] = UNSET
    direct: Union[int, None, Unset] = UNSET
    byok: Optional[bool] = None
    details: OptionalNullable[Details] = UNSET


class Other(BaseModel):
    seconds: Optional[float] = None


Choice = TypeAliasType("Choice", Union[Usage, Other])
"""


@pytest.fixture
def acme(tmp_path, monkeypatch):
    """A package that is installed."""
    (tmp_path / "acme_sdk").mkdir()
    (tmp_path / "acme_sdk" / "__init__.py").write_text("")
    (tmp_path / "acme_sdk" / "types.py").write_text(SOURCE)
    (tmp_path / "acme_sdk" / "unset.py").write_text(SPEAKEASY)
    (tmp_path / "acme_sdk" / "raising.py").write_text("1 / 0")
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for name in [name for name in sys.modules if name.partition(".")[0] == "acme_sdk"]:
        del sys.modules[name]


CLASSES = [
    (
        "types:Stainless",
        """total: integer, required
        cost: number, required
        tier: string, required
        kind: string, required
        open_kind: string, required
        nullable: integer, required, nullable
        details: object, optional, null unknown
        details.cached: integer, optional, null unknown
        details.kind: string, optional, null unknown
        parts: list, optional, null unknown
        parts[].cached: integer, optional, null unknown
        parts[].kind: string, optional, null unknown
        zero: integer, optional, null unknown
        plain: integer, optional
        choice: any, optional, null unknown
        choice.cached: integer, optional, null unknown
        choice.kind: string, optional, null unknown
        tableOf: object, required
        anything: any, required, nullable
        odd: any, optional, nullable
        own: any, required, type unknown
        again: object, optional, null unknown""",
    ),
    (
        "types:Typed",
        """total: integer, required
        cost: number, optional, nullable
        details: object, optional
        details.cached: integer, required
        details.text: integer, optional, nullable""",
    ),
    (
        "types:Data",
        """total: integer, required
        cost: number, optional, null unknown
        parts: list, optional""",
    ),
    (
        "types:Struct",
        """totalTokens: integer, required
        cost: number, optional, null unknown
        absent: integer, optional
        either: integer, optional, nullable
        details: object, optional, null unknown
        details.cached: integer, required""",
    ),
    (
        "unset:Usage",
        """total: integer, required
        cost: number, optional, nullable
        direct: integer, optional, nullable
        byok: boolean, optional
        details: object, optional, nullable
        details.cached: integer, optional""",
    ),
    (
        "unset:Choice",
        """total: integer, optional
        cost: number, optional, nullable
        direct: integer, optional, nullable
        byok: boolean, optional
        details: object, optional, nullable
        details.cached: integer, optional
        seconds: number, optional""",
    ),
    (
        "types:Either",
        """cached: integer, optional, null unknown
        kind: string, optional, null unknown
        total: integer, optional
        cost: number, optional, null unknown
        parts: list, optional
        parts[].total: integer, required
        parts[].cost: number, optional, null unknown
        parts[].parts: list, optional""",
    ),
]


@pytest.mark.parametrize("name,fields", CLASSES, ids=[case[0] for case in CLASSES])
def test_a_class_is_read(name, fields, acme, told):
    read = read_document(f"acme_sdk.{name}")
    assert told(read) == [f"usage.{line.strip()}" for line in fields.splitlines()]
    assert read.remarks == ()


def test_values_meanings_and_the_name_are_those_of_the_class(acme):
    data = read_document("acme_sdk.types:Stainless").data
    usage = data["$defs"]["Stainless"]["properties"]
    assert usage["tier"] == {"enum": ["standard", "batch"]}
    assert usage["kind"] == {"enum": ["text", "image"]}
    assert usage["open_kind"] == {"type": "string"}
    assert {name: one["description"] for name, one in usage.items() if "description" in one} == {"tableOf": "By name."}
    assert data["x-usage-contract"] == {"name": "document/stainless", "source": {"document": "Stainless"}}


REFUSED = [
    ("acme_sdk.nowhere:Usage", "acme_sdk.nowhere cannot be imported: ModuleNotFoundError: No module named"),
    ("acme_sdk.raising:Usage", "acme_sdk.raising cannot be imported: ZeroDivisionError"),
    ("acme_sdk.types:Usage", "the module acme_sdk.types has no Usage"),
    ("acme_sdk.types:Stainless.Inner", "the module acme_sdk.types has no Stainless.Inner"),
    ("acme_sdk.types:Own", "no class with fields; one of pydantic, dataclasses, TypedDict or msgspec has them"),
    ("acme_sdk.types:function", "no class with fields"),
    ("acme_sdk.types:Free", "documents no object with fields"),
    ("acme_sdk.types:Broken", "its fields cannot be read: "),
]


@pytest.mark.parametrize("document,message", REFUSED)
def test_what_is_no_class_with_fields_is_a_located_misuse(document, message, acme):
    with pytest.raises(DocumentError) as caught:
        read_document(document)
    assert str(caught.value).startswith(f"{document}: {message}")


class Distribution:
    version = "1.2.3"

    def __init__(self, name):
        self.name = name
        self.files = [__import__("pathlib").PurePosixPath(f"acme_sdk/{name}.py")]


INSTALLED = [(["acme-sdk"], "acme-sdk"), (["core", "types"], "types"), (["core", "api"], ""), ([], "")]


@pytest.mark.parametrize("packages,package", INSTALLED)
def test_the_package_is_the_one_that_installed_the_module(packages, package, acme, monkeypatch):
    monkeypatch.setattr(metadata, "packages_distributions", lambda: {"acme_sdk": packages})
    monkeypatch.setattr(metadata, "distribution", Distribution)
    source = read_document("acme_sdk.types:Data").data["x-usage-contract"]["source"]
    assert (source.get("package", ""), source.get("version", "")) == (package, "1.2.3" if package else "")

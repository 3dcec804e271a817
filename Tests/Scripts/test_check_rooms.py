# SPDX-License-Identifier: GPL-3.0-or-later
import unittest

from scripts import files, load

rooms = load("check-rooms")


def complaints(text, own_target=False, **more):
    """What is wrong with the room `Desk` of target `Rooms`, or with all of that target, without the directory."""
    with files(Rooms__Desk=text, **{"Rooms__" + name: other for name, other in more.items()}) as sources:
        found = rooms.complaints(sources, [rooms.Room("Rooms", None if own_target else "Desk")])
        return [complaint.removeprefix(f"{sources}/") for complaint in found]


def open_properties(text, **more):
    """line and name of what can be changed from outside"""
    return [(complaint.split(": ")[0].removeprefix("Rooms/"), complaint.split(": ")[1].split(" ")[0].removeprefix("Desk."))
            for complaint in complaints(text, **more)]


class Walls(unittest.TestCase):
    def test_what_can_be_changed_from_outside_is_named(self):
        self.assertEqual(complaints("class Desk {\n    var calls = 0\n}\n"), [
            "Rooms/Desk.swift:2: Desk.calls can be changed from outside: make it private, private(set) or a let"])

    def test_every_way_to_be_open(self):
        for declaration in [
            "var x = 0", "var x: Int", "var x: Int = 0", "lazy var x = make()", "weak var x: Desk?", "public var x = 0",
            "package var x = 0", "internal var x = 0", "fileprivate var x = 0", "public internal(set) var x = 0",
            "package fileprivate(set) var x = 0", "static var x = 0", "nonisolated(unsafe) var x = 0", "unowned(unsafe) var x: Desk",
            "@Wrapped(by: \"}\") var x = 0", "@Wrapped\n    var x = 0", "public\n    final\n    var x = 0", "var `x` = 0",
            "var x: [String: (Int, Int) -> Void] = [:]", "var x = { $0 + 1 }", "var x: Int { didSet { } }",
            "var x = 0 { willSet(next) { print(next) } }", "var x: Int\n    {\n        didSet { }\n    }",
            "var x:\n        Int", "var x =\n        0", "var x = [\n        1,\n        2,\n    ]",
            "var x = a\n        .map { $0 }\n        + b", "var x = \"\\(y(\"}\")) {\"", "var x = #\"\"\"\n    \" } var y = 0\n\"\"\"#",
            "var x: Dictionary<Int, String> = Dictionary<Int, String>()", "var x: some Sequence<Int> & Sendable = []",
        ]:
            for text in (f"class Desk {{\n    {declaration}\n}}", f"final class Desk {{ {declaration} }}",
                         f"struct Desk<A: B>: C where A.D == E {{\n    {declaration}\n    func f() {{}}\n}}"):
                with self.subTest(text=text):
                    self.assertEqual([name for _, name in open_properties(text)], ["x"])

    def test_several_in_one_declaration(self):
        self.assertEqual(open_properties("class Desk {\n    var a = f(1, 2), b: Int,\n        c = 3\n    var (d, e) = (1, 2)\n}"), [
            ("Desk.swift:2", "a"), ("Desk.swift:2", "b"), ("Desk.swift:3", "c"), ("Desk.swift:4", "d"), ("Desk.swift:4", "e")])

    def test_what_is_walled(self):
        self.assertEqual(complaints("""
            import struct Foundation.Date

            /* class Desk { var no = 0 } /* var nested = 0 */ var still = 0 */
            actor Desk: Sendable {
                private var calls = [Int: String]()
                private lazy var slow = { 1 }()
                package private(set) var count = 0, most: Int = 1
                private weak
                    var owner: Desk?
                let configuration: Configuration
                static let limit = 4
                public static let names: [String] = ["var x = 0", #"}"#]
                var isEmpty: Bool { calls.isEmpty } // var comment = 0 {
                var first: Int? {
                    get { calls.keys.first }
                    set { var local = newValue; _ = local }
                }
                var last: (Int, Int)? { calls.last }
                class var shared: Int { 1 }
                subscript(index: Int) -> Int {
                    get { var x = index; x += 1; return x }
                }
                init(a: Int = 1, b: () -> Void = { var x = 1; _ = x }) { var y = 0; y += 1 }
                func work() -> [Int] where A == B {
                    var list: [Int] = []
                    let inner = { var z = 0; z += 1 }
                    return list
                }
                struct Entry { var open = 0 }
                enum Kind { case struct_, other(var: Int); static var count = 0 }
                protocol Ear { var hears: Bool { get set } }
            }

            struct Other { var free = 0 }
            extension Other { static var free2 = 0 }
            var global = 0
            """), [])

    def test_extensions_belong_to_the_room(self):
        self.assertEqual(open_properties(
            "class Desk { private var a = 0 }", Work="extension Desk: Sendable {\n    static var open = 0\n    var b: Int { 1 }\n}"),
            [("Work.swift:2", "open")])

    def test_a_nested_type_may_be_a_room_itself(self):
        with files(Rooms__Desk="class Desk { struct Shelf { var open = 0 } }\nextension Desk.Shelf { static var two = 0 }") as sources:
            found = list(rooms.complaints(sources, [rooms.Room("Rooms", "Desk.Shelf")]))
        self.assertEqual([complaint.split(": ")[1].split(" ")[0] for complaint in found], ["Desk.Shelf.open", "Desk.Shelf.two"])

    def test_in_a_target_of_its_own_the_target_is_the_wall(self):
        text = ("class Desk {\n    var a = 0\n    public internal(set) var b = 0\n    package var c = 0\n    public var d = 0\n"
                "    package private(set) var e = 0\n}")
        self.assertEqual([name for _, name in open_properties(text, own_target=True)], ["c", "d"])
        self.assertEqual(complaints("struct Desk { package var a = 0 }\nactor Shelf { public var b = 0 }", own_target=True), [
            "Rooms/Desk.swift:2: Shelf.b can be changed from outside: make it private, private(set), internal, internal(set)"
            " or a let"])


class Size(unittest.TestCase):
    def test_extensions_in_four_files_are_enough(self):
        extensions = {f"Work{number}": "extension Desk { func f() {} }" for number in range(5)}
        self.assertEqual(complaints("class Desk {}", **dict(list(extensions.items())[:4])), [])
        self.assertEqual(complaints("class Desk {}", **extensions), [
            "Rooms/Desk.swift: Desk has extensions in 5 files, 4 at most: "
            "Work0.swift, Work1.swift, Work2.swift, Work3.swift, Work4.swift"])

    def test_a_room_that_is_not_there(self):
        for text in ("class Desks {}", "extension Desk {}", "// class Desk {}", "protocol Desk {}", "let x = \"class Desk {}\""):
            with self.subTest(text=text):
                self.assertEqual([complaint.split(": ")[1] for complaint in complaints(text)],
                                 ["Desk is in the table of rooms and nowhere else"])
        self.assertEqual(complaints("struct Desk {}", own_target=True), ["Rooms: Rooms is in the table of rooms and has no class"])


class Sources(unittest.TestCase):
    def test_every_source_is_read_to_its_end(self):
        from swift_declarations import Source
        for file in sorted((rooms.Path(rooms.__file__).parents[1] / "Sources").rglob("*.swift")):
            source = Source(file.read_text())
            self.assertTrue(source.is_whole, file)


if __name__ == "__main__":
    unittest.main()

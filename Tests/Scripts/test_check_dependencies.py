# SPDX-License-Identifier: GPL-3.0-or-later
import unittest

from scripts import files, load

dependencies = load("check-dependencies")

MANIFEST = """
    // swift-tools-version: 6.0
    import PackageDescription
    let package = Package(name: "trial", targets: [
        .target(name: "Clib"), .target(name: "Base", dependencies: ["Clib"]),
        .target(name: "Middle", dependencies: [.target(name: "Base"), "Unused"]), .target(name: "Unused"),
        .executableTarget(name: "Top", dependencies: ["Middle"]), .testTarget(name: "TopTests", dependencies: ["Top"]),
    ])
    """


class Dependencies(unittest.TestCase):
    def test_undeclared_and_unused_ones_are_named(self):
        with files(
                Package=MANIFEST.lstrip(), Sources__Base__a="import Clib\nimport Foundation", Sources__Unused__a="",
                Sources__Middle__a="import Base", Sources__Top__a="import Middle\npublic import struct Base.Name",
                Tests__TopTests__a="import Testing\n@testable import Top\n@testable import Middle\n// import Unused") as package:
            self.assertEqual(list(dependencies.complaints(package)), [
                "Middle declares Unused as its dependency and imports it nowhere",
                "Top imports Base, which Package.swift does not declare as its dependency",
                "TopTests imports Middle, which Package.swift does not declare as its dependency"])


if __name__ == "__main__":
    unittest.main()

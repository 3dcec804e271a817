// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import Foundation
import GatewayCore

enum TariffCommands {
    static let check = Command(
        words: ["tariff", "check"], arguments: ["[FILE...]"],
        summary: "find overlaps, gaps and mistakes in tariff files",
        details: """
            Reads the files, and of directories every *.tariff in them, all of them together; without any, those of
            \(standardDirectory). Works without the daemon. Exit status 1: something is wrong.
            """,
        options: [
            Option(
                name: "allow", value: "PREFIX", help: "numbers that need a price, as in [Numbers] Allow=; default +31",
                isRepeatable: true),
            Option(
                name: "refuse", value: "PREFIX",
                help: "numbers that need none, as in [Numbers] Refuse=; default +31900, +31906, +31909",
                isRepeatable: true),
        ],
        examples: ["tariff check", "tariff check /etc/burgernetd/tariffs new.tariff"], run: run)

    private static let standardDirectory = "/etc/burgernetd/tariffs"

    private static func run(_ invocation: Invocation) throws {
        var reader = TariffReader()
        let files = try (invocation.arguments.isEmpty ? [standardDirectory] : invocation.arguments).flatMap(list)
        for file in files { reader.read(try readFile(file), file: file) }
        func prefixes(_ name: String, _ standard: [String]) throws -> [String] {
            let given = invocation.options.filter { $0.name == name }.map(\.value)
            for prefix in given where !prefix.hasPrefix("+") || prefix.utf8.count < 2 {
                throw invocation.usage("--\(name) must be an E.164 prefix such as +31, not \"\(printable(prefix))\"")
            }
            return given.isEmpty ? standard : given
        }
        let plan = NumberingPlan()
        let checks = TariffChecks(
            reader.tariffs, allowed: try prefixes("allow", plan.allowed), refused: try prefixes("refuse", plan.refused))
        let complaints = reader.complaints + checks.complaints
        for complaint in complaints { try invocation.output.line("error: \(printable(complaint.description))") }
        for warning in checks.warnings { try invocation.output.line("warning: \(printable(warning.description))") }
        guard complaints.isEmpty else {
            throw Failure.refused("\(counted(complaints.count, "error")) in \(counted(files.count, "file"))")
        }
        for read in reader.tariffs {
            let tariff = read.tariff
            let subjects = tariff.subjects.isEmpty ? "all others" : tariff.subjects.joined(separator: ", ")
            try invocation.output.line(
                "\(tariff.version)  \(tariff.side.rawValue) for \(subjects), "
                    + "\(counted(tariff.rates.count, "rate")), \(tariff.currency), rounded \(tariff.rounding)")
        }
    }

    private static func list(_ path: String) throws -> [String] {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue else {
            return [path]
        }
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path)
                .filter { $0.hasSuffix(".tariff") && !$0.hasPrefix(".") }
                .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
                .map { "\(path)/\($0)" }
        } catch {
            throw Failure.input("cannot read \(path): \(error.localizedDescription)")
        }
    }
}

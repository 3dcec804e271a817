// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import SMPP

/// `sms preview`: what a text message takes and costs, worked out here; the daemon is not asked.
enum SMSPreviewCommand {
    static let command = Command(
        words: ["sms", "preview"], arguments: ["TEXT"],
        summary: "show how a text message is sent, what it costs and what makes it expensive",
        details: """
            Works without the daemon. TEXT is the message, or - to read it from standard input; a last line end
            there is not part of it. --json prints one JSON object.
            """,
        options: [
            Option(
                name: "alphabet", value: "NAME",
                help: "what data_coding 0 means at the SMSC: \(names(TextOptions.Alphabet.self)); default gsm-unpacked"),
            Option(
                name: "concatenation", value: "NAME",
                help: "how segments are marked: \(names(TextOptions.Concatenation.self)); default udh8"),
            Option(name: "no-shift-tables", value: nil, help: "do not use national language tables"),
            Option(name: "transliterate", value: nil, help: "replace characters that make the message expensive"),
            Option(name: "flash", value: nil, help: "shown at once and not kept (class 0)"),
            Option(name: "maximum-segments", value: "N", help: "refuse longer texts; 1 to 255, default 10"),
            Option(name: "sender", value: "SENDER", help: "check this sender: a number, a short code or a name"),
            Option(name: "recipients", value: "N", help: "tell the total for so many recipients"),
            Option(name: "price-per-segment", value: "EUR", help: "tell the amount, for instance 0.0425"),
        ],
        examples: [
            "sms preview 'Let op: brand in de Kerkstraat. Sluit ramen en deuren.'",
            "sms preview --recipients 12000 --price-per-segment 0.0425 - < bericht.txt",
        ],
        run: run)

    private static func names<Name: RawRepresentable & CaseIterable>(_: Name.Type) -> String
    where Name.RawValue == String {
        Name.allCases.map(\.rawValue).joined(separator: ", ")
    }

    private static func run(_ invocation: Invocation) throws {
        let options = try options(invocation)
        let sender = try sender(invocation)
        let recipients = try invocation.value("recipients").map { text in
            guard let count = Int(text), (1...100_000_000).contains(count) else {
                throw invocation.usage("--recipients must be 1 to 100000000, not \"\(printable(text))\"")
            }
            return count
        }
        let price = try invocation.value("price-per-segment").map { text in
            guard let price = Price(text) else {
                throw invocation.usage(
                    "--price-per-segment must be an amount in EUR below 1000 with at most 6 decimals, such as "
                        + "0.0425, not \"\(printable(text))\"")
            }
            return price
        }
        let text = try text(invocation)
        let segmented: SegmentedText
        do throws(TextError) {
            segmented = try SegmentedText(text, options: options)
        } catch {
            switch error {
            case .tooManySegments: throw Failure.input("\(error) (--maximum-segments)")
            case .empty, .unsupported: throw Failure.input(error.description)
            }
        }
        try show(SMSPreview(segmented: segmented, sender: sender, recipients: recipients, price: price), invocation)
    }

    private static func show(_ preview: SMSPreview, _ invocation: Invocation) throws {
        if invocation.isJSON { return try invocation.output.write(try preview.json() + [10]) }
        for line in preview.lines() { try invocation.output.line(line) }
    }

    // MARK: - Arguments

    private static func options(_ invocation: Invocation) throws -> TextOptions {
        var options = TextOptions()
        options.alphabet = try choice("alphabet", invocation) ?? options.alphabet
        options.concatenation = try choice("concatenation", invocation) ?? options.concatenation
        options.shiftTables = !invocation.has("no-shift-tables")
        options.transliterate = invocation.has("transliterate")
        options.flash = invocation.has("flash")
        if let text = invocation.value("maximum-segments") {
            guard let count = Int(text), (1...255).contains(count) else {
                throw invocation.usage("--maximum-segments must be 1 to 255, not \"\(printable(text))\"")
            }
            options.maximumSegments = count
        }
        return options
    }

    private static func choice<Name: RawRepresentable & CaseIterable>(
        _ option: String, _ invocation: Invocation
    ) throws -> Name? where Name.RawValue == String {
        guard let text = invocation.value(option) else { return nil }
        if let name = Name(rawValue: text) { return name }
        let hint = closest(to: text, in: Name.allCases.map(\.rawValue)).map { "; did you mean \($0)?" } ?? ""
        throw invocation.usage("--\(option) must be \(names(Name.self)), not \"\(printable(text))\"\(hint)")
    }

    private static func sender(_ invocation: Invocation) throws -> (text: String, address: Address)? {
        guard let text = invocation.value("sender") else { return nil }
        guard let address = Address(sender: text) else {
            throw invocation.usage(
                "--sender must be a number such as +31612345678, a short code or a name of at most 11 letters, "
                    + "digits and signs, not \"\(printable(text))\"")
        }
        return (text, address)
    }

    private static func text(_ invocation: Invocation) throws -> String {
        guard invocation.argument(0) == "-" else { return invocation.argument(0) ?? "" }
        let bytes = try readFile("-")
        guard var text = String(validating: bytes, as: UTF8.self) else {
            throw Failure.input("standard input is not UTF-8")
        }
        // CR LF is one character.
        if text.last?.isNewline == true { text.removeLast() }
        return text
    }
}

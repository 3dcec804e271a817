// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What was found while an alert was read.
struct CAPFindings {
    /// An operator reads so many; a file that is wrong all over is refused by them as well.
    static let most = 20

    private(set) var problems: [AlertProblem] = []
    private(set) var remarks: [AlertProblem] = []

    mutating func problem(_ position: TextPosition, _ text: String) {
        if problems.count < Self.most { problems.append(AlertProblem(position, text)) }
    }

    mutating func remark(_ position: TextPosition, _ text: String) {
        if remarks.count < Self.most { remarks.append(AlertProblem(position, text)) }
    }
}

/// The elements within one of an alert's own elements, by their names.
struct CAPFields {
    let element: XMLElement
    private let byName: [String: [XMLElement]]

    /// `known`: all that the standard has here, in its order.
    init(_ element: XMLElement, known: [String], _ findings: inout CAPFindings) {
        self.element = element
        var byName: [String: [XMLElement]] = [:]
        for child in element.children {
            if child.namespace != element.namespace {
                Self.pass(child, in: element, &findings)
            } else if known.contains(child.name) {
                byName[child.name, default: []].append(child)
            } else {
                let hint = Suggestion.nearest(to: child.name, among: known).map { "; did you mean <\($0)>?" } ?? ""
                findings.problem(
                    child.position, "<\(element.name)> has no <\(child.name.readable(40))> in CAP\(hint)")
            }
        }
        self.byName = byName
        if element.text.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) {
            findings.problem(element.position, "<\(element.name)> has text beside its elements")
        }
    }

    /// What is not CAP's: a signature may stand in an alert, and nothing that would bring text from elsewhere.
    private static func pass(_ child: XMLElement, in element: XMLElement, _ findings: inout CAPFindings) {
        switch child.namespace {
        case "http://www.w3.org/2000/09/xmldsig#":
            findings.remark(child.position, "the signature is not verified")
        case "http://www.w3.org/2001/XInclude":
            findings.problem(child.position, "XInclude is refused: nothing is loaded from elsewhere")
        default:
            let namespace = child.namespace.isEmpty ? "no namespace" : "\"\(child.namespace.readable(80))\""
            findings.remark(
                child.position,
                "<\(child.name.readable(40))> within <\(element.name)> is of \(namespace) and is passed over")
        }
    }

    /// The first; a second one is a problem.
    private func single(_ name: String, _ findings: inout CAPFindings) -> XMLElement? {
        guard let all = byName[name], let first = all.first else { return nil }
        if all.count > 1 {
            findings.problem(all[1].position, "<\(name)> stands twice in <\(element.name)>; it may stand once")
        }
        return first
    }

    func elements(_ name: String) -> [XMLElement] { byName[name] ?? [] }

    private func content(_ child: XMLElement, _ findings: inout CAPFindings) -> String {
        if let inner = child.children.first {
            findings.problem(inner.position, "<\(child.name)> has an element in it; it is a text")
        }
        return CAPText.trimmed(child.text)
    }

    /// nil: not there, or empty.
    func text(_ name: String, _ findings: inout CAPFindings) -> String? {
        guard let child = single(name, &findings) else { return nil }
        let text = content(child, &findings)
        return text.isEmpty ? nil : text
    }

    /// Its absence is a problem; then it is "".
    func required(_ name: String, _ findings: inout CAPFindings) -> String {
        guard let child = single(name, &findings) else {
            findings.problem(element.position, "<\(element.name)> has no <\(name)>, which CAP requires")
            return ""
        }
        let text = content(child, &findings)
        if text.isEmpty { findings.problem(child.position, "<\(name)> is empty") }
        return text
    }

    /// Its absence, and a word that is not in the list, are problems.
    func word<Words: Vocabulary>(_ name: String, _: Words.Type, _ findings: inout CAPFindings) -> Words? {
        let text = required(name, &findings)
        guard !text.isEmpty, let child = byName[name]?.first else { return nil }
        return Self.word(text, child, &findings)
    }

    func words<Words: Vocabulary>(_ name: String, _: Words.Type, _ findings: inout CAPFindings) -> [Words] {
        elements(name).compactMap { Self.word(content($0, &findings), $0, &findings) }
    }

    private static func word<Words: Vocabulary>(
        _ text: String, _ child: XMLElement, _ findings: inout CAPFindings
    ) -> Words? {
        if let word = Words(word: text) { return word }
        // CAP 1.0's word, which CAP 1.1 and 1.2 (3.2.2, certainty) say to take for Likely.
        if text == "Very Likely", let likely = Words(word: "Likely") {
            findings.remark(child.position, "\"Very Likely\" is taken for Likely")
            return likely
        }
        findings.problem(
            child.position,
            "<\(child.name)> is \"\(text.readable(40))\"; allowed are \(Words.words.joined(separator: ", "))")
        return nil
    }

    func time(_ name: String, _ findings: inout CAPFindings) -> Timestamp? {
        guard let text = text(name, &findings), let child = byName[name]?.first else { return nil }
        return Self.time(text, "<\(name)>", child.position, &findings)
    }

    static func time(
        _ text: String, _ what: String, _ position: TextPosition, _ findings: inout CAPFindings
    ) -> Timestamp? {
        switch CAPTime.read(text) {
        case .time(let time): return time
        case .unusual(let time, let remark):
            findings.remark(position, "\(what) \(remark)")
            return time
        case .wrong(let reason):
            findings.problem(position, "\(what): \(reason)")
            return nil
        }
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

extension CAPAlert {
    static let namespace = "urn:oasis:names:tc:emergency:cap:1.2"
    /// Its elements are those of 1.2, which added values only (CAP-v1.2, appendix on changes).
    static let namespaceBefore = "urn:oasis:names:tc:emergency:cap:1.1"

    /// Reads an alert; nothing but the octets is looked at. Throws everything that is wrong with it at once.
    package init(reading bytes: [UInt8]) throws(AlertRefusal) {
        let document = try XMLReader.read(bytes)
        let root = document.root
        var findings = CAPFindings()
        if let place = document.instruction { findings.remark(place, "a processing instruction is passed over") }
        guard root.name == "alert" else {
            throw AlertRefusal(root.position, "the root element is <\(root.name.readable(40))>, not <alert>")
        }
        switch root.namespace {
        case Self.namespace: break
        case Self.namespaceBefore: findings.remark(root.position, "an alert of CAP 1.1, which is read as 1.2")
        case "":
            throw AlertRefusal(root.position, "<alert> is in no namespace; xmlns=\"\(Self.namespace)\" is missing")
        default:
            throw AlertRefusal(
                root.position,
                "<alert> is of the namespace \"\(root.namespace.readable(80))\"; \"\(Self.namespace)\" and 1.1 are read"
            )
        }
        let alert = CAPAlert(root, &findings)
        guard findings.problems.isEmpty, var alert else { throw AlertRefusal(problems: findings.problems) }
        alert.remarks = findings.remarks
        self = alert
    }

    private static let elements = [
        "identifier", "sender", "sent", "status", "msgType", "source", "scope", "restriction", "addresses", "code",
        "note", "references", "incidents", "info",
    ]

    /// nil: a problem was found that leaves nothing to make it of.
    private init?(_ root: XMLElement, _ findings: inout CAPFindings) {
        let fields = CAPFields(root, known: Self.elements, &findings)
        let identifier = Self.name("identifier", fields, &findings)
        let sender = Self.name("sender", fields, &findings)
        let sent = fields.required("sent", &findings).isEmpty ? nil : fields.time("sent", &findings)
        let status = fields.word("status", CAPStatus.self, &findings)
        let type = fields.word("msgType", CAPMessageType.self, &findings)
        let scope = fields.word("scope", CAPScope.self, &findings)
        let restriction = fields.text("restriction", &findings)
        let addresses = fields.text("addresses", &findings)
        let note = fields.text("note", &findings)
        let references = Self.references(fields, &findings)
        let infos = fields.elements("info").compactMap { CAPInfo($0, &findings) }
        guard let sent, let status, let type, let scope else { return nil }
        if scope == .restricted, restriction == nil {
            findings.problem(
                root.position, "<scope> is Restricted and there is no <restriction>, which CAP then requires")
        }
        if scope == .private, addresses == nil {
            findings.problem(root.position, "<scope> is Private and there are no <addresses>, which CAP then requires")
        }
        if [.update, .cancel, .acknowledgement, .error].contains(type), references.isEmpty {
            findings.problem(
                root.position, "<msgType> is \(type.word) and <references> does not say which alert it is about")
        }
        if [.alert, .update].contains(type), fields.elements("info").isEmpty {
            findings.problem(root.position, "<alert> has no <info>: there is nothing to say")
        }
        self.init(
            name: Reference(sender: sender, identifier: identifier, sent: sent), status: status, messageType: type,
            scope: scope, restriction: restriction, addresses: addresses, note: note, references: references,
            infos: infos)
    }

    /// What stands in references and so must have none of its separators (CAP-v1.2, 3.2.1).
    private static func name(_ name: String, _ fields: CAPFields, _ findings: inout CAPFindings) -> String {
        let text = fields.required(name, &findings)
        let isWrong = text.unicodeScalars.contains { $0.properties.isWhitespace || $0 == "," || $0 == "<" || $0 == "&" }
        if isWrong, let place = fields.elements(name).first?.position {
            findings.problem(place, "<\(name)> has a blank, a comma, < or & in it, which CAP does not allow")
        }
        return text
    }

    private static func references(_ fields: CAPFields, _ findings: inout CAPFindings) -> [Reference] {
        guard let text = fields.text("references", &findings), let place = fields.elements("references").first?.position
        else { return [] }
        return text.split(whereSeparator: \.isWhitespace).compactMap { group in
            let parts = group.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 3, !parts[0].isEmpty, !parts[1].isEmpty else {
                findings.problem(
                    place, "<references> has \"\(String(group).readable(80))\"; it must be sender,identifier,sent")
                return nil
            }
            return CAPFields.time(parts[2], "<references>", place, &findings).map {
                Reference(sender: parts[0], identifier: parts[1], sent: $0)
            }
        }
    }
}

extension CAPInfo {
    private static let elements = [
        "language", "category", "event", "responseType", "urgency", "severity", "certainty", "audience", "eventCode",
        "effective", "onset", "expires", "senderName", "headline", "description", "instruction", "web", "contact",
        "parameter", "resource", "area",
    ]

    /// nil: a problem was found that leaves nothing to make it of.
    fileprivate init?(_ element: XMLElement, _ findings: inout CAPFindings) {
        let fields = CAPFields(element, known: Self.elements, &findings)
        language = fields.text("language", &findings) ?? "en-US"
        if !Self.isLanguage(language), let place = fields.elements("language").first?.position {
            findings.problem(
                place, "<language> is \"\(language.readable(40))\", which is no code such as nl-NL (RFC 5646)")
        }
        if fields.words("category", CAPCategory.self, &findings).isEmpty, fields.elements("category").isEmpty {
            findings.problem(element.position, "<info> has no <category>, which CAP requires")
        }
        _ = fields.words("responseType", CAPResponse.self, &findings)
        event = fields.required("event", &findings)
        let urgency = fields.word("urgency", CAPUrgency.self, &findings)
        let severity = fields.word("severity", CAPSeverity.self, &findings)
        let certainty = fields.word("certainty", CAPCertainty.self, &findings)
        effective = fields.time("effective", &findings)
        onset = fields.time("onset", &findings)
        expires = fields.time("expires", &findings)
        senderName = fields.text("senderName", &findings)
        headline = fields.text("headline", &findings)
        description = fields.text("description", &findings)
        instruction = fields.text("instruction", &findings)
        web = fields.text("web", &findings)
        contact = fields.text("contact", &findings)
        areas = fields.elements("area").map { area in
            CAPFields(
                area, known: ["areaDesc", "polygon", "circle", "geocode", "altitude", "ceiling"], &findings
            ).required("areaDesc", &findings)
        }
        position = element.position
        if let effective, let expires, expires <= effective, let place = fields.elements("expires").first?.position {
            findings.problem(place, "<expires> is not later than <effective>")
        }
        guard let urgency, let severity, let certainty else { return nil }
        self.urgency = urgency
        self.severity = severity
        self.certainty = certainty
    }

    private static func isLanguage(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        return parts.enumerated().allSatisfy { index, part in
            (1...8).contains(part.utf8.count)
                && part.utf8.allSatisfy {
                    (65...90).contains($0) || (97...122).contains($0) || (index > 0 && (48...57).contains($0))
                }
        }
    }
}

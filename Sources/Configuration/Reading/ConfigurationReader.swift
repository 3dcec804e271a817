// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Puts the items of files, one after the other, into a configuration. Pure: it opens nothing.
///
/// What was said last wins; every complaint is kept, none stops the reading.
struct ConfigurationReader {
    private(set) var configuration: GatewayConfiguration
    private(set) var complaints: [ConfigurationComplaint] = []
    private(set) var warnings: [ConfigurationComplaint] = []

    private let standard: GatewayConfiguration
    private let sections = ConfigurationSchema.sections
    /// Where a section was opened first.
    private var sectionLocations: [UnitSection: ConfigurationLocation] = [:]
    /// Where a key was assigned last.
    private var keyLocations: [KeyID: ConfigurationLocation] = [:]
    /// Keys whose value was refused: their absence is not complained about as well.
    private var refused: Set<KeyID> = []

    private struct KeyID: Hashable {
        var section: UnitSection
        var key: String
    }

    /// The section that the next assignments belong to.
    private enum Current {
        case none
        /// Complained about already.
        case unknown
        case known(any SectionDeclaration, UnitSection)
    }

    /// `standard`: what holds where the files say nothing.
    init(standard: GatewayConfiguration = GatewayConfiguration()) {
        self.standard = standard
        configuration = standard
    }

    mutating func read(_ items: [UnitItem]) {
        var current = Current.none
        for item in items {
            switch item {
            case .malformed(let message, let location):
                complain(location, "", message)
            case .section(let section, let location):
                current = open(section, at: location)
            case .assignment(let key, let value, let location):
                assign(key, value, at: location, in: current)
            }
        }
    }

    mutating func complain(_ location: ConfigurationLocation, _ subject: String, _ message: String) {
        complaints.append(ConfigurationComplaint(location: location, subject: subject, message: message))
    }

    mutating func warn(_ location: ConfigurationLocation, _ subject: String, _ message: String) {
        warnings.append(ConfigurationComplaint(location: location, subject: subject, message: message))
    }

    /// Complains of a key's value, or of the section when `key` is empty.
    mutating func complain(_ section: UnitSection, _ key: String, _ message: String) {
        complain(place(section, key), subject(section, key), message)
    }

    /// Warns of a key's value, or of the section when `key` is empty.
    mutating func warn(_ section: UnitSection, _ key: String, _ message: String) {
        warn(place(section, key), subject(section, key), message)
    }

    private func place(_ section: UnitSection, _ key: String) -> ConfigurationLocation {
        location(section, key) ?? ConfigurationLocation(file: "", line: 0)
    }

    private func subject(_ section: UnitSection, _ key: String) -> String {
        key.isEmpty ? section.description : "\(section.description) \(key)"
    }

    mutating func edit(_ change: (inout GatewayConfiguration) -> Void) { change(&configuration) }

    func isAssigned(_ section: UnitSection, _ key: String) -> Bool {
        keyLocations[KeyID(section: section, key: key)] != nil
    }

    /// Of all keys that a file says something of.
    var origins: ConfigurationOrigins {
        var origins = ConfigurationOrigins()
        for (id, location) in keyLocations { origins.set(id.section, id.key, location) }
        return origins
    }

    func isRefused(_ section: UnitSection, _ key: String) -> Bool {
        refused.contains(KeyID(section: section, key: key))
    }

    /// Where a key was assigned last, else where its section was opened first; nil: neither was.
    func location(_ section: UnitSection, _ key: String) -> ConfigurationLocation? {
        keyLocations[KeyID(section: section, key: key)] ?? sectionLocations[section]
    }

    // MARK: Items

    private mutating func open(_ section: UnitSection, at location: ConfigurationLocation) -> Current {
        if sectionLocations[section] == nil { sectionLocations[section] = location }
        guard let declaration = sections.first(where: { $0.kind == section.kind }) else {
            let hint = Suggestion.hint(for: section.kind, among: sections.map(\.kind))
            complain(location, section.description, "unknown section\(hint)")
            return .unknown
        }
        do throws(ValueError) {
            try declaration.open(section.name, in: &configuration, standard: standard)
            return .known(declaration, section)
        } catch {
            complain(location, section.description, error.message)
            return .unknown
        }
    }

    private mutating func assign(
        _ key: String, _ value: String, at location: ConfigurationLocation, in current: Current
    ) {
        switch current {
        case .unknown:
            break
        case .none:
            complain(location, "\(key)", "this stands before the first [Section]")
        case .known(let declaration, let section):
            let outcome = declaration.assign(
                key, value, of: section.name, in: &configuration, standard: standard,
                wasAssigned: isAssigned(section, key))
            record(outcome, key, value, at: location, in: section, declaration)
        }
    }

    private mutating func record(
        _ outcome: AssignmentOutcome, _ key: String, _ value: String, at location: ConfigurationLocation,
        in section: UnitSection, _ declaration: any SectionDeclaration
    ) {
        let id = KeyID(section: section, key: key)
        let subject = "\(section.description) \(key)"
        switch outcome {
        case .done(let mayRepeat):
            if !mayRepeat, let earlier = keyLocations[id], earlier.file == location.file {
                warn(location, subject, "replaces the value of line \(earlier.line)")
            }
            keyLocations[id] = location
            refused.remove(id)
        case .refused(let errors):
            let hasComment = value.contains(" #") || value.contains(" ;")
            for error in errors {
                complain(
                    location, subject, error.message + (hasComment ? "; a comment stands on a line of its own" : ""))
            }
            keyLocations[id] = location
            refused.insert(id)
        case .unknownKey:
            complain(location, subject, unknownKey(key, declaration))
        }
    }

    private func unknownKey(_ key: String, _ declaration: any SectionDeclaration) -> String {
        if declaration.hasPassword, key.lowercased() == "password" {
            return "a password does not stand in the configuration, which many can read: "
                + "use PasswordCredential= with LoadCredential= in the unit, or PasswordFile="
        }
        if let near = Suggestion.nearest(to: key, among: declaration.keyNames) {
            return "unknown key; did you mean \(near)=?"
        }
        let homes = sections.flatMap(\.listing).filter { $0.key.lowercased() == key.lowercased() }
        guard let home = homes.first else { return "unknown key" }
        return "unknown key; \(home.key)= belongs in [\(home.section)]"
    }
}

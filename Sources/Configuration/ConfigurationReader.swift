// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing

/// Puts the items of files, one after the other, into a configuration. Pure: it opens nothing.
///
/// What was said last wins; every complaint is kept, none stops the reading.
struct ConfigurationReader {
    private(set) var configuration: GatewayConfiguration
    private(set) var complaints: [ConfigurationComplaint] = []
    private(set) var warnings: [ConfigurationComplaint] = []

    private let standard: GatewayConfiguration
    private var languages: [(name: String, draft: LanguageDraft, location: ConfigurationLocation)] = []
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
        case plain(PlainSection, UnitSection)
        case trunk(index: Int, UnitSection)
        case prefix(index: Int, UnitSection)
        case smsc(index: Int, UnitSection)
        case account(index: Int, UnitSection)
        case language(index: Int, UnitSection)
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

    mutating func edit(_ change: (inout GatewayConfiguration) -> Void) { change(&configuration) }

    func isAssigned(_ section: UnitSection, _ key: String) -> Bool {
        keyLocations[KeyID(section: section, key: key)] != nil
    }

    func isRefused(_ section: UnitSection, _ key: String) -> Bool {
        refused.contains(KeyID(section: section, key: key))
    }

    /// Of the key, else of the section, else of nothing.
    func location(_ section: UnitSection, _ key: String) -> ConfigurationLocation? {
        keyLocations[KeyID(section: section, key: key)] ?? sectionLocations[section]
    }

    // MARK: Sections

    /// What a section is called behind its kind; nil, with a complaint, when that is missing or not valid.
    private mutating func identifier(
        of section: UnitSection, _ what: String, _ example: String, at location: ConfigurationLocation
    ) -> String? {
        if let name = section.name, isIdentifier(name) { return name }
        let problem = section.name == nil ? "the \(what) is missing" : "the \(what) is not valid"
        complain(
            location, section.description, "\(problem): write \(example), with letters, digits, '.', '_' or '-'")
        return nil
    }

    private mutating func open(_ section: UnitSection, at location: ConfigurationLocation) -> Current {
        if sectionLocations[section] == nil { sectionLocations[section] = location }
        switch section.kind {
        case ConfigurationSchema.trunkKind:
            guard let name = identifier(of: section, "trunk's name", "[Trunk name]", at: location) else {
                return .unknown
            }
            if let index = configuration.trunks.firstIndex(where: { $0.name == name }) {
                return .trunk(index: index, section)
            }
            configuration.trunks.append(ConfigurationSchema.newTrunk(named: name))
            return .trunk(index: configuration.trunks.count - 1, section)
        case ConfigurationSchema.prefixKind:
            guard let text = section.name, (try? ValueReader<String>.numberPrefix.read(text)) != nil else {
                complain(
                    location, section.description, "write [Prefix +31182], with the numbers' first digits in E.164")
                return .unknown
            }
            if let index = configuration.prefixes.firstIndex(where: { $0.prefix == text }) {
                return .prefix(index: index, section)
            }
            configuration.prefixes.append(PrefixLimits(prefix: text))
            return .prefix(index: configuration.prefixes.count - 1, section)
        case ConfigurationSchema.smscKind:
            guard let name = identifier(of: section, "SMSC's name", "[SMSC name]", at: location) else {
                return .unknown
            }
            if let index = configuration.smscs.firstIndex(where: { $0.name == name }) {
                return .smsc(index: index, section)
            }
            configuration.smscs.append(ConfigurationSchema.newSMSC(named: name))
            return .smsc(index: configuration.smscs.count - 1, section)
        case ConfigurationSchema.accountKind:
            guard let code = identifier(of: section, "account's code", "[Account GM0513]", at: location) else {
                return .unknown
            }
            if let index = configuration.accounts.firstIndex(where: { $0.code == code }) {
                return .account(index: index, section)
            }
            configuration.accounts.append(GatewayConfiguration.Account(code: code))
            return .account(index: configuration.accounts.count - 1, section)
        case ConfigurationSchema.languageKind:
            guard let name = section.name, isLanguage(name) else {
                complain(location, section.description, "write [Language nl], with the language's code of RFC 5646")
                return .unknown
            }
            if let index = languages.firstIndex(where: { $0.name == name }) { return .language(index: index, section) }
            languages.append((name, LanguageDraft(command: standard.speech.commands[name] ?? []), location))
            return .language(index: languages.count - 1, section)
        default:
            guard let plain = ConfigurationSchema.plainSections.first(where: { $0.kind == section.kind }) else {
                let hint = Suggestion.hint(for: section.kind, among: ConfigurationSchema.sectionKinds)
                complain(location, section.description, "unknown section\(hint)")
                return .unknown
            }
            guard section.name == nil else {
                complain(location, section.description, "this section takes no name: write [\(section.kind)]")
                return .unknown
            }
            return .plain(plain, section)
        }
    }

    private func isLanguage(_ name: String) -> Bool {
        let parts = name.split(separator: "-", omittingEmptySubsequences: false)
        guard let first = parts.first, (2...3).contains(first.utf8.count) else { return false }
        return parts.allSatisfy { part in
            (1...8).contains(part.utf8.count)
                && part.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) }
        } && first.utf8.allSatisfy { (97...122).contains($0) }
    }

    // MARK: Assignments

    private mutating func assign(
        _ key: String, _ value: String, at location: ConfigurationLocation, in current: Current
    ) {
        switch current {
        case .unknown:
            break
        case .none:
            complain(location, "\(key)", "this stands before the first [Section]")
        case .plain(let plain, let section):
            let wasAssigned = isAssigned(section, key)
            let outcome = assign(
                key, value, to: &configuration, keys: plain.keys, standard: standard, wasAssigned: wasAssigned)
            record(outcome, key, value, at: location, in: section)
        case .trunk(let index, let section):
            let wasAssigned = isAssigned(section, key)
            let outcome = assign(
                key, value, to: &configuration.trunks[index], keys: ConfigurationSchema.trunkKeys,
                standard: ConfigurationSchema.newTrunk(named: ""), wasAssigned: wasAssigned)
            record(outcome, key, value, at: location, in: section)
        case .prefix(let index, let section):
            let wasAssigned = isAssigned(section, key)
            let outcome = assign(
                key, value, to: &configuration.prefixes[index], keys: ConfigurationSchema.prefixKeys,
                standard: PrefixLimits(prefix: ""), wasAssigned: wasAssigned)
            record(outcome, key, value, at: location, in: section)
        case .smsc(let index, let section):
            let wasAssigned = isAssigned(section, key)
            let outcome = assign(
                key, value, to: &configuration.smscs[index], keys: ConfigurationSchema.smscKeys,
                standard: ConfigurationSchema.newSMSC(named: ""), wasAssigned: wasAssigned)
            record(outcome, key, value, at: location, in: section)
        case .account(let index, let section):
            let wasAssigned = isAssigned(section, key)
            let outcome = assign(
                key, value, to: &configuration.accounts[index], keys: ConfigurationSchema.accountKeys,
                standard: GatewayConfiguration.Account(code: ""), wasAssigned: wasAssigned)
            record(outcome, key, value, at: location, in: section)
        case .language(let index, let section):
            let builtIn = LanguageDraft(command: standard.speech.commands[languages[index].name] ?? [])
            let outcome = assign(
                key, value, to: &languages[index].draft, keys: ConfigurationSchema.languageKeys,
                standard: builtIn, wasAssigned: isAssigned(section, key))
            record(outcome, key, value, at: location, in: section)
        }
    }

    private enum AssignmentOutcome {
        case done(isList: Bool)
        case refused([ValueError])
        case unknownKey(known: [String])
    }

    private func assign<Target>(
        _ name: String, _ value: String, to target: inout Target, keys: [ConfigurationKey<Target>], standard: Target,
        wasAssigned: Bool
    ) -> AssignmentOutcome {
        guard let key = keys.first(where: { $0.name == name }) else { return .unknownKey(known: keys.map(\.name)) }
        if value.isEmpty {
            key.reset(&target, standard)
            return .done(isList: true)
        }
        // A list's first assignment replaces the default, the next ones append.
        if key.isList, !key.addsToDefault, !wasAssigned { key.reset(&target, standard) }
        let errors = key.assign(&target, value)
        return errors.isEmpty ? .done(isList: key.isList) : .refused(errors)
    }

    private mutating func record(
        _ outcome: AssignmentOutcome, _ key: String, _ value: String, at location: ConfigurationLocation,
        in section: UnitSection
    ) {
        let id = KeyID(section: section, key: key)
        let subject = "\(section.description) \(key)"
        switch outcome {
        case .done(let isList):
            if !isList, let earlier = keyLocations[id], earlier.file == location.file {
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
        case .unknownKey(let known):
            complain(location, subject, unknownKey(key, in: section, known: known))
        }
    }

    private func unknownKey(_ key: String, in section: UnitSection, known: [String]) -> String {
        if [ConfigurationSchema.trunkKind, ConfigurationSchema.smscKind].contains(section.kind),
            key.lowercased() == "password"
        {
            return "a password does not stand in the configuration, which many can read: "
                + "use PasswordCredential= with LoadCredential= in the unit, or PasswordFile="
        }
        if let near = Suggestion.nearest(to: key, among: known) { return "unknown key; did you mean \(near)=?" }
        let homes = ConfigurationSchema.listing.filter { $0.key.lowercased() == key.lowercased() }
        guard let home = homes.first else { return "unknown key" }
        return "unknown key; \(home.key)= belongs in [\(home.section)]"
    }

    /// The languages' commands go into the configuration; one without a command is complained about.
    mutating func finishLanguages() {
        for language in languages {
            let section = UnitSection(kind: ConfigurationSchema.languageKind, name: language.name)
            guard !language.draft.command.isEmpty else {
                if !isRefused(section, "Command") {
                    complain(language.location, section.description, "Command= is missing")
                }
                continue
            }
            configuration.speech.commands[language.name] = language.draft.command
        }
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// A kind of section: where its values are, its keys, and what they must be together. Reading, checking, comparing and
/// listing go by these declarations alone (`SectionDeclaration`).
struct ConfigurationSection<Element> {
    let kind: String
    let home: SectionHome<Element>
    let keys: [ConfigurationKey<Element>]
    var password: SectionPassword<Element>?
    /// What no single key can show, of one section; may bring values into their final form.
    var check: ((_ element: inout Element, _ section: UnitSection, _ reader: inout ConfigurationReader) -> Void)?
}

extension ConfigurationSection where Element == GatewayConfiguration {
    /// A section that stands once; its keys go into the configuration itself.
    init(kind: String, keys: [ConfigurationKey<GatewayConfiguration>]) {
        self.init(kind: kind, home: .once(\.self), keys: keys)
    }
}

/// Where the values of a kind of section are.
enum SectionHome<Element> {
    /// `[Call]`
    case once(WritableKeyPath<GatewayConfiguration, Element>)
    /// `[Trunk kpn]`
    case named(NamedSections<Element>)
}

/// Sections of one kind that are told apart by a name.
struct NamedSections<Element> {
    let rule: SectionNameRule
    /// In the order in which the files name them first.
    let list: WritableKeyPath<GatewayConfiguration, [Element]>
    let name: KeyPath<Element, String>
    /// Before its keys are read; `standard` is what holds where the files say nothing. Keys without a default have
    /// impossible values.
    let blank: (_ name: String, _ standard: GatewayConfiguration) -> Element
    /// Changes are told in the order of the names, else in that of the list.
    var sortsChanges = false
}

/// What a section's name must be.
struct SectionNameRule {
    /// What is wrong with a name, or with its absence; nil: nothing.
    let complaint: (_ name: String?) -> String?

    /// Letters, digits, `.`, `_` and `-`. `what` is said of a name that is missing; `example` is what to write.
    static func identifier(_ what: String, example: String) -> SectionNameRule {
        SectionNameRule { name in
            if let name, isIdentifier(name) { return nil }
            let problem = name == nil ? "the \(what) is missing" : "the \(what) is not valid"
            return "\(problem): write \(example), with letters, digits, '.', '_' or '-'"
        }
    }
}

/// A password, which stands in a file of its own.
struct SectionPassword<Element> {
    /// Absolute path.
    let file: KeyPath<Element, String?>
    /// Name of a file in `$CREDENTIALS_DIRECTORY`.
    let credential: KeyPath<Element, String?>
    /// What was read there.
    let value: WritableKeyPath<Element, Secret?>
    /// What is odd about a password, for a warning; nil: nothing.
    var oddity: (Secret) -> String? = { _ in nil }
}

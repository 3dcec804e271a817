// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Whether a running daemon can take a change over.
package enum ReloadEffect: Sendable {
    /// With `systemctl reload`.
    case live
    /// With `systemctl restart` only.
    case restart
}

/// One key of a section: how its value gets into the configuration and back.
struct ConfigurationKey<Target> {
    let name: String
    let effect: ReloadEffect
    /// A list appends; `addsToDefault`: also to the default.
    let isList: Bool
    let addsToDefault: Bool
    /// Stores the value (appends the words of a list); what is wrong with it.
    let assign: (inout Target, String) -> [ValueError]
    /// Empties a list, or takes the default's value.
    let reset: (_ target: inout Target, _ standard: Target) -> Void
    /// Takes over the value of another.
    let copy: (_ target: inout Target, _ other: Target) -> Void
    let text: (Target) -> String
    /// nil: it has a default. Else: whether the value is still the impossible one that stands before any is assigned.
    private(set) var isMissing: ((Target) -> Bool)?

    /// This key, without a default: a section must have it.
    func required(whileMissing isMissing: @escaping (Target) -> Bool) -> ConfigurationKey {
        var key = self
        key.isMissing = isMissing
        return key
    }

    static func value<Value: Equatable>(
        _ name: String, _ path: WritableKeyPath<Target, Value>, _ reader: ValueReader<Value>,
        _ effect: ReloadEffect = .live
    ) -> ConfigurationKey {
        ConfigurationKey(
            name: name, effect: effect, isList: false, addsToDefault: false,
            assign: { target, text in
                do throws(ValueError) {
                    target[keyPath: path] = try reader.read(text)
                    return []
                } catch {
                    return [error]
                }
            },
            reset: { target, standard in target[keyPath: path] = standard[keyPath: path] },
            copy: { target, other in target[keyPath: path] = other[keyPath: path] },
            text: { reader.write($0[keyPath: path]) })
    }

    static func list<Value: Equatable>(
        _ name: String, _ path: WritableKeyPath<Target, [Value]>, _ reader: ValueReader<Value>,
        addsToDefault: Bool = false, _ effect: ReloadEffect = .live
    ) -> ConfigurationKey {
        ConfigurationKey(
            name: name, effect: effect, isList: true, addsToDefault: addsToDefault,
            assign: { target, text in
                var errors: [ValueError] = []
                do throws(ValueError) {
                    for word in try UnitWords.split(text) {
                        do throws(ValueError) {
                            target[keyPath: path].append(try reader.read(word))
                        } catch {
                            errors.append(error)
                        }
                    }
                } catch {
                    errors.append(error)
                }
                return errors
            },
            reset: { target, _ in target[keyPath: path] = [] },
            copy: { target, other in target[keyPath: path] = other[keyPath: path] },
            text: { $0[keyPath: path].map(reader.write).joined(separator: " ") })
    }
}

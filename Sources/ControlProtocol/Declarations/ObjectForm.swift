// SPDX-License-Identifier: GPL-3.0-or-later

/// How the keys of an object become a value, and the other way round: each key stands here once.
struct ObjectForm<Value>: Sendable {
    let keys: [KeyDescription]
    let read: @Sendable (ObjectReader) throws(ProtocolError) -> Value
    let write: @Sendable (Value) -> [JSONMember]

    /// - Parameters:
    ///   - keys: read and written in this order; of several mistakes the first one is reported.
    ///   - make: the value of the keys' values; throws when they do not go together.
    init<each Part>(
        _ keys: repeat Key<Value, each Part>,
        make: @escaping @Sendable (repeat each Part) throws(ProtocolError) -> Value
    ) {
        var descriptions: [KeyDescription] = []
        for key in repeat each keys { descriptions += key.descriptions }
        self.keys = descriptions
        read = { (object: ObjectReader) throws(ProtocolError) -> Value in
            try make(repeat try (each keys).read(object))
        }
        write = { value in
            var members: [JSONMember] = []
            for key in repeat each keys { members += key.write(value) }
            return members
        }
    }
}

/// A key as the document and the command line's help name it.
package struct KeyDescription: Equatable, Sendable {
    package var name: String
    /// What it says, where the command line has an option for it that takes the same.
    package var help: String?
}

/// A key of an object, or several that make one part of its value.
struct Key<Value, Part>: Sendable {
    let descriptions: [KeyDescription]
    let read: @Sendable (ObjectReader) throws(ProtocolError) -> Part
    let write: @Sendable (Value) -> [JSONMember]

    init(_ name: String, _ part: KeyPath<Value, Part> & Sendable, _ form: ValueForm<Part>, help: String? = nil) {
        descriptions = [KeyDescription(name: name, help: help)]
        read = { object throws(ProtocolError) in try form.read(object, name) }
        write = { value in form.write(value[keyPath: part]).map { [JSONMember(name, $0)] } ?? [] }
    }

    /// Keys that another object has too.
    init(_ part: KeyPath<Value, Part> & Sendable, _ form: ObjectForm<Part>) {
        descriptions = form.keys
        read = form.read
        write = { value in form.write(value[keyPath: part]) }
    }

    /// Keys that are understood together.
    init(
        _ descriptions: [KeyDescription], read: @escaping @Sendable (ObjectReader) throws(ProtocolError) -> Part,
        write: @escaping @Sendable (Value) -> [JSONMember]
    ) {
        self.descriptions = descriptions
        self.read = read
        self.write = write
    }
}

extension Key where Part == Void {
    /// A key that must be there and be true, so that nothing is asked for by accident.
    static func mark(_ name: String, help: String? = nil) -> Key {
        Key(
            [KeyDescription(name: name, help: help)],
            read: { object throws(ProtocolError) in
                _ = try object.required(name)
                try object.mark(name)
            }, write: { _ in [JSONMember(name, .bool(true))] })
    }
}

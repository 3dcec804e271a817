// SPDX-License-Identifier: GPL-3.0-or-later

/// Cuts a byte stream into PDUs, each bounded before anything is allocated for it.
package struct PDUSplitter: Sendable {
    /// The stream cannot be followed any more: where the next PDU begins is not known.
    package struct Fault: Error, Equatable, Sendable, CustomStringConvertible {
        package var commandLength: UInt32
        /// The header's sequence number, 0 when it had not arrived.
        package var sequence: UInt32
        package var description: String {
            "command_length \(commandLength) is not within \(PDUHeader.length) to \(PDUSplitter.maximumLength)"
        }
    }

    /// Octets of the longest PDU that is taken: no message is nearly as long, and message_payload could be.
    package static let maximumLength = 65_536

    /// What arrived of a PDU whose end has not.
    private var rest: [UInt8] = []
    private var fault: Fault?

    package init() {}

    /// Octets that wait for more.
    package var pending: Int { rest.count }

    /// Gives each whole PDU to `body`, in order; the buffer is valid within the call.
    ///
    /// Throws ``Fault``, after what could be read was given; and again at every later call, for what comes then is
    /// from the middle of something.
    package mutating func feed(
        _ bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(Fault) {
        if let fault { throw fault }
        do throws(Fault) {
            try split(bytes, body)
        } catch {
            fault = error
            rest = []
            throw error
        }
    }

    private mutating func split(
        _ bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(Fault) {
        var bytes = bytes[...]
        while !rest.isEmpty, !bytes.isEmpty {
            // Complete the pending one: first its length, then the rest of it.
            let needed = rest.count < 4 ? 4 : Int(try Self.length(rest))
            let take = min(needed - rest.count, bytes.count)
            rest.append(contentsOf: bytes.prefix(take))
            bytes = bytes.dropFirst(take)
            guard rest.count >= 4 else { return }
            if rest.count == Int(try Self.length(rest)) {
                rest.withUnsafeBytes { body($0) }
                rest.removeAll(keepingCapacity: true)
            }
        }
        while bytes.count >= 4 {
            let length = Int(try Self.length(bytes))
            guard bytes.count >= length else { break }
            body(UnsafeRawBufferPointer(rebasing: bytes.prefix(length)))
            bytes = bytes.dropFirst(length)
        }
        rest.append(contentsOf: bytes)
    }

    private static func length(_ bytes: some Collection<UInt8>) throws(Fault) -> UInt32 {
        let length = bytes.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard length >= PDUHeader.length, length <= maximumLength else {
            let sequence =
                bytes.count >= 16 ? bytes.dropFirst(12).prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) } : 0
            throw Fault(commandLength: length, sequence: sequence)
        }
        return length
    }
}

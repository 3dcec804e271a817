// SPDX-License-Identifier: GPL-3.0-or-later
import CTLS
import Glibc
import Platform

/// Certificates or keys that cannot be used; the text names the file and the reason.
package struct TLSError: Error, CustomStringConvertible, Sendable {
    /// One line for a log.
    package let description: String
}

/// How a client makes sure of its peer, and what it shows of itself. Files are PEM.
package struct TLSClientConfiguration: Sendable {
    /// The peer's certificate must lead to an authority and be for the host meant. Only a pin may replace this.
    package var checksAuthority = true
    /// Certificates to trust; nil: the system's store.
    package var authorityFile: String?
    /// 32 bytes: SHA-256 of the whole certificate (DER) that the peer must show; nil: any.
    package var pinnedSHA256: [UInt8]?
    /// Name or IP address that the certificate must be for; nil: the host given to `ByteStream`.
    package var peerName: String?
    /// Own certificate, then its chain; nil: none.
    package var certificateFile: String?
    /// Own key, without a passphrase; nil: in `certificateFile`.
    package var keyFile: String?

    /// Authority and name are checked against the system's store.
    package init() {}
}

/// What a listener shows of itself, and what it asks of clients. Files are PEM.
package struct TLSServerConfiguration: Sendable {
    /// Own certificate, then its chain.
    package var certificateFile: String
    /// Own key, without a passphrase; nil: in `certificateFile`.
    package var keyFile: String?
    /// Clients must show a certificate of one of these; nil: they need none.
    package var clientAuthorityFile: String?

    /// Clients need no certificate.
    package init(certificateFile: String, keyFile: String? = nil) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
    }
}

/// Certificates and keys, read once and used by any number of streams, on any thread.
package final class TLSContext: @unchecked Sendable {
    // OpenSSL counts references to it with locks of its own; nothing is changed after init.
    private let handle: OpaquePointer
    let isServer: Bool
    private let peerName: String?

    /// Reads the files; blocks on the disk. Throws `TLSError` if one cannot be used or if the peer would go unchecked.
    package convenience init(client configuration: TLSClientConfiguration) throws {
        if let pin = configuration.pinnedSHA256, pin.count != Int(CTLS_PIN_SIZE) {
            throw TLSError(description: "a SHA-256 fingerprint has \(CTLS_PIN_SIZE) bytes, not \(pin.count)")
        }
        try self.init(
            server: false, checksAuthority: configuration.checksAuthority,
            files: [configuration.authorityFile, configuration.certificateFile, configuration.keyFile],
            pin: configuration.pinnedSHA256, peerName: configuration.peerName)
    }

    /// Reads the files; blocks on the disk. Throws `TLSError` if one cannot be used.
    package convenience init(server configuration: TLSServerConfiguration) throws {
        try self.init(
            server: true, checksAuthority: configuration.clientAuthorityFile != nil,
            files: [configuration.clientAuthorityFile, configuration.certificateFile, configuration.keyFile],
            pin: nil, peerName: nil)
    }

    private init(server: Bool, checksAuthority: Bool, files: [String?], pin: [UInt8]?, peerName: String?) throws {
        let texts = files.map { $0.flatMap { strdup($0) } }
        defer { texts.forEach { free($0) } }
        var error = [CChar](repeating: 0, count: 512)
        let made = (pin ?? []).withUnsafeBufferPointer { bytes in
            var config = ctls_config()
            config.server = server
            config.check_authority = checksAuthority
            config.authority_file = texts[0].map { UnsafePointer($0) }
            config.certificate_file = texts[1].map { UnsafePointer($0) }
            config.key_file = texts[2].map { UnsafePointer($0) }
            config.pin = pin == nil ? nil : bytes.baseAddress
            return ctls_context_create(&config, &error, error.count)
        }
        guard let made else { throw TLSError(description: systemString(error)) }
        handle = made
        isServer = server
        self.peerName = peerName
    }

    deinit {
        ctls_context_release(handle)
    }

    /// `host` is what a client means to reach, unless the configuration names another.
    func makeSession(host: String) throws -> TLSSession {
        var error = [CChar](repeating: 0, count: 512)
        guard let session = ctls_session_create(handle, isServer ? nil : peerName ?? host, &error, error.count) else {
            throw TLSError(description: systemString(error))
        }
        return TLSSession(session)
    }
}

/// One connection's TLS; used by one queue.
final class TLSSession {
    private let handle: OpaquePointer

    fileprivate init(_ handle: OpaquePointer) {
        self.handle = handle
    }

    deinit {
        ctls_session_release(handle)
    }

    var error: String { String(cString: ctls_error(handle)) }
    var summary: String { String(cString: ctls_description(handle)) }
    var hasOutput: Bool { ctls_output_size(handle) > 0 }

    /// False: no memory.
    func feed(_ bytes: UnsafeRawBufferPointer) -> Bool { ctls_feed(handle, bytes.baseAddress, bytes.count) }
    func handshake() -> ctls_status { ctls_handshake(handle) }
    func write(_ bytes: UnsafeRawBufferPointer) -> ctls_status {
        ctls_write(handle, bytes.baseAddress, bytes.count)
    }
    func close() { ctls_close(handle) }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> (status: ctls_status, count: Int) {
        var size = buffer.count
        let status = ctls_read(handle, buffer.baseAddress, &size)
        return (status, size)
    }

    func moveOutput(to buffer: OutputBuffer) {
        let size = ctls_output_size(handle)
        guard size > 0 else { return }
        buffer.append(atMost: size) { ctls_take(handle, $0.baseAddress, $0.count) }
    }
}

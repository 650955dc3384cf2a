import CSystemd
import Glibc

/// The system journal, spoken to in its native protocol (sd_journal_sendv(3)).
package enum Journal {
    /// One field of an entry; the value may hold any bytes, line breaks and NUL included.
    package typealias Field = (name: String, value: String)

    /// Writes one entry, as far as that is possible.
    ///
    /// Failing is silent: a log line that is lost must not stop the work that it tells of. Without a journal the entry
    /// is dropped; while the journal's socket is full the call blocks.
    ///
    /// - Parameter fields: Names as ``isFieldName(_:)`` has them; the journal drops a field with any other name.
    package static func send(_ fields: [Field]) {
        var bytes: [UInt8] = []
        let ends = fields.map { field in
            bytes += "\(field.name)=\(field.value)".utf8
            return bytes.count
        }
        bytes.withUnsafeMutableBytes { buffer in
            let entry = zip([0] + ends, ends).map { start, end in
                iovec(iov_base: buffer.baseAddress.map { $0 + start }, iov_len: end - start)
            }
            _ = sd_journal_sendv(entry, Int32(entry.count))
        }
    }

    /// Whether what this process writes to standard error ends up in the journal anyway.
    ///
    /// If so, the journal is the right place for structured entries (`JOURNAL_STREAM` in systemd.exec(5)). A variable
    /// inherited across a redirection does not count: device and inode must be those of the descriptor itself.
    package static var ownsStandardError: Bool {
        guard let variable = getenv("JOURNAL_STREAM") else { return false }
        return Stream(String(cString: variable)) == Stream(of: STDERR_FILENO)
    }
}

extension Journal {
    /// The file behind a descriptor, as `JOURNAL_STREAM` names it.
    struct Stream: Equatable {
        let device: UInt64
        let inode: UInt64

        /// Reads `device:inode`, two decimal numbers; nil if `text` is anything else.
        init?(_ text: String) {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, let device = UInt64(parts[0]), let inode = UInt64(parts[1]) else { return nil }
            self.device = device
            self.inode = inode
        }

        /// Asks fstat(2); nil if the descriptor is closed.
        init?(of descriptor: CInt) {
            var file = stat()
            guard fstat(descriptor, &file) == 0 else { return nil }
            device = UInt64(file.st_dev)
            inode = UInt64(file.st_ino)
        }
    }
}

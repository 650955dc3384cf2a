import CSystemd
import Glibc

/// The system journal, by its native protocol (sd_journal_sendv(3)).
package enum Journal {
    /// One field of an entry; the value may hold any bytes, line breaks and NUL included.
    package typealias Field = (name: String, value: String)

    /// Writes one entry, if possible.
    ///
    /// Errors are ignored: a lost log line must not stop the work. Without a journal, the entry is dropped; while the
    /// journal's socket is full, the call blocks.
    ///
    /// - Parameter fields: With names that satisfy ``isFieldName(_:)``; the journal drops any other field.
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

    /// Whether this process's standard error ends up in the journal anyway.
    ///
    /// If so, structured entries belong there too (`JOURNAL_STREAM` in systemd.exec(5)). Device and inode must match
    /// the descriptor, because the variable is inherited across a redirection.
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

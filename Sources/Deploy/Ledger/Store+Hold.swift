import Glibc
import Linux
import Rules
import SystemPackage

/// Whether a person holds the app (`<state>/<app>/hold`, with the reason): no drop is deployed until that ends.
extension Store {
    /// Why the app is held; nil if it is not.
    package var hold: String? {
        guard File.exists(holdFile) else { return nil }
        let text = (try? File.read(holdFile)).map { String(decoding: $0.prefix(1000), as: UTF8.self) }
        return text.map { $0.isEmpty ? "no reason is given" : $0 } ?? "\(holdFile) cannot be read"
    }

    /// Holds the app. A reason from before is replaced.
    package func hold(because reason: String) throws(StoreError) {
        do {
            try File.replace(holdFile, with: Array(reason.utf8), mode: [.ownerReadWrite, .groupRead, .otherRead])
        } catch {
            throw StoreError(holdFile, unwritable: error)
        }
        // Whatever the mask of the person who holds it.
        chmod(holdFile.string, 0o644)
    }

    /// Takes drops again.
    ///
    /// - Returns: false if the app was not held.
    package func resume() throws(StoreError) -> Bool {
        guard unlink(holdFile.string) != 0 else { return true }
        guard errno == ENOENT else { throw StoreError(holdFile, "cannot be removed: \(Errno(rawValue: errno))") }
        return false
    }

    static let holdName = "hold"

    private var holdFile: FilePath { folder.removingLastComponent().appending(Self.holdName) }
}

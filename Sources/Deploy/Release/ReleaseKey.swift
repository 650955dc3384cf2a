import Linux
import Rules
import SystemPackage

/// The host's key for ``ReleaseDigest``: random bytes in the state folder that only berth can read.
///
/// Without it, the digest of a model with a short password would give the password away to a guesser. If it is lost,
/// berth forgets which releases were bad.
struct ReleaseKey: Sendable {
    private let file: FilePath

    init(state: FilePath) {
        // No app can have a name with a dot.
        file = state.appending("release.key")
    }

    /// Makes the key unless there is one.
    func make() throws(StoreError) {
        guard bytes == nil else { return }
        var generator = SystemRandomNumberGenerator()
        let key = (0..<ReleaseDigest.keyLength).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        do {
            try File.replace(file, with: key, mode: .ownerReadWrite)
        } catch {
            throw StoreError(file, "cannot be written: \(error)")
        }
    }

    /// Nil if there is no key yet, or the user may not read it.
    var bytes: [UInt8]? {
        guard let key = try? File.read(file), key.count == ReleaseDigest.keyLength else { return nil }
        return key
    }
}

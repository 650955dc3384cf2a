import Linux
import SystemPackage

/// How many of a release's images a pull has brought so far.
package struct Pulled: Equatable, Sendable {
    package let done: Int
    package let all: Int

    package init(done: Int, all: Int) {
        (self.done, self.all) = (done, all)
    }
}

/// How far a pull is (`<state>/<app>/deployments/<number>.pull`), for a person who waits. It exists only while the pull runs,
/// or after an agent that ended in it; nothing depends on it, so it need not be on the disk.
extension Store {
    package func pulled(_ number: Int) -> Pulled? {
        guard let bytes = try? File.read(pullFile(number)) else { return nil }
        let words = String(decoding: bytes.prefix(100), as: UTF8.self).split(separator: " ")
        guard words.count == 2, let done = Int(words[0]), let all = Int(words[1]) else { return nil }
        return Pulled(done: done, all: all)
    }

    /// - Parameter pulled: nil once nothing is pulled any more.
    func note(_ pulled: Pulled?, of number: Int) {
        guard let pulled else { return _ = File.remove(pullFile(number)) }
        let text = Array("\(pulled.done) \(pulled.all)".utf8)
        try? File.write(text, to: pullFile(number), mode: [.ownerReadWrite, .groupRead])
    }

    private func pullFile(_ number: Int) -> FilePath { folder.appending("\(number).pull") }
}

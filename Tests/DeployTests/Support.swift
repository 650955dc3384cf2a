import Glibc
import SystemPackage

@testable import Deploy

/// A small generator with a seed (Steele, Lea, Flood 2014), so that a property test fails the same way twice.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Gives a folder of its own to `body`, and removes it with everything in it.
func withTemporaryFolder<Value>(_ body: (FilePath) async throws -> Value) async throws -> Value {
    var template = Array("/tmp/berth-test.XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Errno(rawValue: errno) }
    let folder = FilePath(String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
    defer { removeTree(folder) }
    return try await body(folder)
}

private func removeTree(_ path: FilePath) {
    for name in (try? File.names(in: path)) ?? [] {
        let entry = path.appending(name)
        if unlink(entry.string) != 0 { removeTree(entry) }
    }
    rmdir(path.string)
}

/// Writes a text file.
func write(_ text: String, to path: FilePath) throws {
    try File.replace(path, with: Array(text.utf8), mode: [.ownerReadWrite, .groupRead, .otherRead])
}

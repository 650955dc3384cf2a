import Rules
import Testing

@Suite struct TarTests {
    @Test func whatIsWrittenIsReadAgain() throws {
        let long = (0..<30).map { "folder-number-\($0)" }.joined(separator: "/")
        let entries = [
            entry("nginx/"), entry("nginx/empty="), entry("nginx/a=text\n"), entry("nginx/b->a"),
            entry("\(long)/"), entry("\(long)/ünïcode name=x"), entry("far->\(long)"),
            // An accent joins the equals sign before it in the extended header.
            Snapshot.Entry(
                path: path("\u{301}\(long)"),
                content: .link("\u{301}\(long)"),
                mode: 0o777,
                owner: 0,
                group: 0,
                modified: 0
            ),
            Snapshot.Entry(
                path: path("big"),
                content: .file(Array(repeating: 7, count: 1500)),
                mode: 0o4755,
                owner: .max,
                group: 3_000_000_000,
                modified: 0
            ),
        ]
        #expect(try Tar.decode(Tar.encode(entries)) == entries)
        #expect(try Tar.decode(Tar.encode([])) == [])
    }

    @Test func damageIsFound() throws {
        let whole = Tar.encode([entry("nginx/a=text"), entry("b=\(String(repeating: "x", count: 2000))")])
        for count in stride(from: 0, to: whole.count - 1024, by: 97) {
            #expect(throws: Tar.Damage.self) { try Tar.decode(Array(whole[..<count])) }
        }
        for place in 0..<512 {
            var damaged = whole
            damaged[place] ^= 1
            #expect(throws: Tar.Damage.self) { try Tar.decode(damaged) }
        }
    }

    /// No archive, however made, leads out of the folder or stops the agent.
    @Test func anyBytesAreReadOrRefused() {
        var generator = SplitMix(seed: 4)
        let whole = Tar.encode([entry("../../etc/passwd=x"), entry("b=\(String(repeating: "x", count: 600))")])
        for _ in 0..<2000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                bytes[Int.random(in: bytes.indices, using: &generator)] = .random(in: .min ... .max, using: &generator)
            }
            for entry in (try? Tar.decode(bytes)) ?? [] { #expect(!entry.path.components.contains("..")) }
        }
    }
}

@Suite struct ReleasePathTests {
    @Test(arguments: [("nginx/conf.d", "nginx/conf.d"), ("./a//b/", "a/b"), ("a/../b", "b"), ("", "."), (".", ".")])
    func isNormal(text: String, normal: String) {
        #expect(ReleasePath(text)?.description == normal)
    }

    @Test(arguments: ["/etc", "..", "a/../..", "../shop", "..\0", "a/..\0x/..\0x/etc", "../\u{301}", "/\u{301}"])
    func neverLeavesTheFolder(text: String) {
        #expect(ReleasePath(text) == nil)
    }

    @Test func isBelowAFolder() {
        #expect(ReleasePath("/srv/shop/a/b", in: "/srv/shop")?.components == ["a", "b"])
        #expect(ReleasePath("/srv/shop", in: "/srv/shop")?.components == [])
        #expect(ReleasePath("/srv/shop2/a", in: "/srv/shop") == nil)
        #expect(path("a/b/c").ancestors == [path("a"), path("a/b")])
        #expect(path("a").contains(path("a/b")) && path("a").contains(path("a")) && !path("a").contains(path("ab")))
        #expect([path("a-b"), path("a/b"), path("a")].sorted() == [path("a"), path("a/b"), path("a-b")])
    }
}

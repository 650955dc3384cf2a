import Testing

@testable import Rules

@Suite struct UsageTests {
    private func filesystem(
        _ path: String = "/",
        _ used: Int64,
        of size: Int64 = 1000,
        holds: Set<Filesystem.Content> = [.images, .volumes],
        inodes: Filesystem.Amount? = nil
    ) -> Filesystem {
        Filesystem(path: path, holds: holds, space: .init(used: used, available: size - used), inodes: inodes)
    }

    @Test(arguments: [
        (800, 80, false), (801, 81, true), (0, 0, false), (1000, 100, true), (1, 1, false), (799, 80, false),
    ])
    func percentIsRoundedUpAsDfDoes(used: Int, percent: Int, isAbove: Bool) {
        let filesystem = filesystem("/", Int64(used))
        #expect(filesystem.percent == percent)
        #expect((filesystem.excess(over: 80) > 0) == isAbove)
        #expect(GuardState(DiskSettings()).isCalledFor(Usage([filesystem])) == isAbove)
    }

    @Test func whateverIsScarcerDecides() {
        let filesystem = filesystem("/", 100, inodes: .init(used: 91, available: 9))
        #expect(filesystem.percent == 91)
        #expect(filesystem.lacksInodes)
        #expect(filesystem.description == "/ has 91 % of its inodes in use")
        #expect(filesystem.excess(over: 90) == .max)
        #expect(filesystem.excess(over: 91) == 0)
    }

    @Test func excessIsWhatHasToGo() {
        #expect(filesystem("/", 810).excess(over: 70) == 110)
        #expect(filesystem("/", 700).excess(over: 70) == 0)
        #expect(filesystem("/", 0, of: 0).excess(over: 70) == 0)
        #expect(filesystem("/", 0, of: 0).percent == 0)
    }

    @Test func theFullestDecides() {
        let usage = Usage([filesystem("/", 100), filesystem("/var/lib/docker", 900)])
        #expect(usage.fullest?.path == "/var/lib/docker")
        #expect(usage.fullest?.description == "/var/lib/docker is 90 % full")
        #expect(Usage([]).fullest == nil)
        // Of two names for the same disk, the one that holds something.
        let twice = Usage([filesystem("/", 900, holds: []), filesystem("/var/lib/docker", 900)])
        #expect(twice.fullest?.path == "/var/lib/docker")
    }

    @Test(arguments: [
        (0, "0 B"), (999, "999 B"), (1000, "1 kB"), (1049, "1 kB"), (12_345_678, "12.3 MB"), (123_456_789, "123 MB"),
        (5_000_000_000, "5 GB"), (2_500_000_000_000_000, "2500 TB"),
    ])
    func bytesAsAPersonReadsThem(bytes: Int, text: String) {
        #expect(Int64(bytes).inUnits == text)
    }

    @Test func theLargestAreNamedFirstAndTheSmallNotAtAll() {
        let occupants = [Occupant("a", 10), Occupant("b", 300), Occupant("c", 11), Occupant("d", 300)]
        #expect(occupants.largest(of: filesystem("/", 900)).map(\.name) == ["b", "d", "c"])
        #expect(occupants.largest(of: filesystem("/", 900), atMost: 1).map(\.description) == ["b, 300 B"])
    }
}

import DockerModel
import Glibc
import Linux
import Rules
import Support
import SystemPackage
import Testing

@testable import Deploy

/// What is read from the index of an app's records, and what from the records themselves.
@Suite struct StoredHistoryTests {
    private let app: AppName

    init() throws {
        app = try #require(AppName("shop"))
    }

    private func withStore(_ body: (Store, _ index: FilePath) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            let store = Store(app: app, state: folder)
            try store.makeFolders()
            try await body(store, folder.appending("shop").appending("history"))
        }
    }

    /// The lines of records that were removed do not pile up, and their numbers are never given again.
    @Test func theIndexForgetsWhatWasRemoved() async throws {
        try await withStore { store, index in
            try store.save(record(1, .deployed))
            let removed = (2...1010).compactMap { History.Entry(record($0, .refused))?.line }
            try File.append(Array(removed.joined(separator: "\n").utf8), to: index, mode: .ownerReadWrite)
            let before = try await store.history(mends: true)
            #expect(before.lastNumber == 1010 && before.count(of: .refused) == 1009)
            let lines = String(decoding: try File.read(index), as: UTF8.self).split(separator: "\n")
            #expect(lines.count == 3 && lines[0] == "forgotten refused=1008 .")
            let history = try await store.history()
            #expect(history.lastNumber == 1010 && history.entries.map(\.number) == [1])
            #expect(history.count(of: .refused) == 1009 && history.count(of: .deployed) == 1)
        }
    }

    /// Numbers that no drop can have are on the disk: in a name, in a record and in the index.
    @Test func noNumberOnTheDiskStopsTheNext() async throws {
        try await withStore { store, index in
            try store.save(record(1, .deployed))
            let json = String(decoding: try record(2, .deployed).json(), as: UTF8.self)
            for number in ["9223372036854775807", "-5", "1000000000", "99999999999999999999"] {
                let bytes = Array(json.replacing("\"number\": 2", with: "\"number\": \(number)").utf8)
                for name in ["3", number] {
                    try File.replace(store.folder.appending("\(name).json"), with: bytes, mode: .ownerReadWrite)
                }
                try File.append(Array("\(number) deployed 0 - - .\n".utf8), to: index, mode: .ownerReadWrite)
                try File.append(Array("2 deployed \(number) - - .\n".utf8), to: index, mode: .ownerReadWrite)
            }
            var history = try await store.history()
            #expect(history.unreadable == [3])
            #expect(history.begin() == 4)
            _ = history.entries.map(\.line)
        }
    }

    private func record(_ number: Int, _ verdict: Verdict?) -> Record {
        var record = Record(app: app, number: number, received: Timestamp(nanoseconds: Int64(number) * 1_000_000_000))
        record.verdict = verdict
        record.services["app"] = Record.Service(
            image: "shop:1",
            imageID: ImageID(rawValue: "sha256:\(number)"),
            digest: nil,
            source: nil,
            revision: nil
        )
        record.compose = Record.ComposeFile(file: "\(number).yaml", sha256: "3f2a")
        return record
    }

    private func entry(_ number: Int, _ verdict: Verdict) throws -> History.Entry {
        try #require(History.Entry(record(number, verdict)))
    }

    private func path(_ number: Int, _ store: Store) -> FilePath { store.folder.appending("\(number).json") }

    /// Adds a record without an index entry, as on a host that has lost its index.
    private func place(_ record: Record, _ store: Store) throws {
        try File.replace(path(record.number, store), with: record.json(), mode: .ownerReadWrite)
    }

    private func lines(_ index: FilePath) throws -> [String] {
        String(decoding: try File.read(index), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test func anAppWithoutRecordsHasNone() async throws {
        try await withStore { store, index in
            let history = try await store.history(mends: true)
            #expect(history == History())
            #expect(throws: Errno.noSuchFileOrDirectory) { try File.read(index) }
        }
    }

    @Test func whatWasSavedIsKnown() async throws {
        try await withStore { store, index in
            for (number, verdict) in [(2, .deployed), (1, .failed)] as [(Int, Verdict)] {
                try store.save(record(number, nil))
                try store.save(record(number, verdict))
            }
            try store.save(record(3, nil))
            let expected = History([try entry(1, .failed), try entry(2, .deployed)], undecided: [3])
            #expect(try await store.history() == expected)
            // The index has only records with a verdict, each once.
            #expect(try lines(index) == [entry(2, .deployed).line, entry(1, .failed).line])
        }
    }

    @Test func whatTheIndexSaysIsNotReadAgain() async throws {
        try await withStore { store, _ in
            for number in 1...3 { try store.save(record(number, .deployed)) }
            try write("garbage", to: path(2, store))
            var errors: [StoreError] = []
            let history = try await store.history { errors.append($0) }
            #expect(history.entries == (try (1...3).map { try entry($0, .deployed) }))
            #expect(history.isComplete && errors.isEmpty)
            #expect(throws: StoreError.self) { try store.record(2) }
        }
    }

    @Test func whatTheIndexLacksIsReadAndAdded() async throws {
        try await withStore { store, index in
            try store.save(record(1, .deployed))
            try place(record(2, .rolledBack), store)
            try place(record(3, nil), store)
            let expected = History([try entry(1, .deployed), try entry(2, .rolledBack)], undecided: [3])
            #expect(try await store.history() == expected)
            #expect(try lines(index).count == 1)
            #expect(try await store.history(mends: true) == expected)
            #expect(try lines(index) == [entry(1, .deployed).line, entry(2, .rolledBack).line])
            // Nothing is left to add.
            #expect(try await store.history(mends: true) == expected)
            #expect(try lines(index).count == 2)
        }
    }

    @Test func aLostIndexIsMadeAnew() async throws {
        try await withStore { store, index in
            for number in 1...3 { try store.save(record(number, .deployed)) }
            let before = try await store.history()
            #expect(unlink(index.string) == 0)
            #expect(try await store.history(mends: true) == before)
            #expect(try lines(index).count == 3)
        }
    }

    /// The host lost power while a line was written.
    @Test func aTornLineHarmsNoOther() async throws {
        try await withStore { store, index in
            try store.save(record(1, .deployed))
            try store.save(record(2, .deployed))
            let bytes = try File.read(index)
            try File.replace(index, with: bytes.dropLast(6), mode: .ownerReadWrite)
            try store.save(record(3, .deployed))
            let expected = History(try (1...3).map { try entry($0, .deployed) })
            #expect(try await store.history(mends: true) == expected)
            // The record whose line was lost has one again.
            try write("garbage", to: path(2, store))
            #expect(try await store.history() == expected)
        }
    }

    @Test(arguments: ["", "\n\n", "garbage\n", "1 deployed\n", "\u{0}\u{FFFD}"])
    func anIndexThatSaysNothingHarmsNothing(text: String) async throws {
        try await withStore { store, index in
            try store.save(record(1, .deployed))
            try write(text, to: index)
            let history = try await store.history()
            #expect(history == History([try entry(1, .deployed)]))
        }
    }

    @Test func theLaterLineOfANumberCounts() async throws {
        try await withStore { store, index in
            try place(record(1, .deployed), store)
            try write("\(entry(1, .failed).line)\n\(entry(1, .deployed).line)\n", to: index)
            let history = try await store.history()
            #expect(history == History([try entry(1, .deployed)]))
        }
    }

    /// A sysadmin may remove old records; their numbers are not used again.
    @Test func whatWasRemovedIsGoneButItsNumberStays() async throws {
        try await withStore { store, _ in
            for number in 1...3 { try store.save(record(number, .deployed)) }
            for number in [1, 3] { #expect(unlink(path(number, store).string) == 0) }
            var history = try await store.history(mends: true)
            #expect(history.entries == [try entry(2, .deployed)])
            #expect(history.isComplete && history.lastNumber == 3)
            #expect(history.begin() == 4)
        }
    }

    @Test func withoutAFolderItIsNotKnown() async throws {
        try await withTemporaryFolder { folder in
            let store = Store(app: app, state: folder)
            await #expect(throws: StoreError.self) { try await store.history() }
        }
    }
}

import DockerModel
import Glibc
import Linux
import Rules
import Support
import SystemPackage
import Testing

@testable import Deploy

@Suite struct StoreTests {
    private func record(_ number: Int) throws -> Record {
        let received = Timestamp(nanoseconds: 1_790_000_000_250_000_000)
        return Record(app: try #require(AppName("shop")), number: number, received: received)
    }

    private func withStore(_ body: (Store, FilePath) async throws -> Void) async throws {
        let app = try #require(AppName("shop"))
        try await withTemporaryFolder { folder in
            let store = Store(app: app, state: folder)
            try store.makeFolders()
            try await body(store, folder.appending("shop"))
        }
    }

    @Test func aRecordComesBackAsItWasSaved() async throws {
        try await withStore { store, folder in
            #expect(store.folder == folder.appending("deployments"))
            #expect(try store.numbers() == [])
            var record = try record(12)
            try store.save(record)
            record.verdict = .deployed
            try store.save(record)
            #expect(try store.numbers() == [12])
            #expect(try store.record(12) == record)
            #expect(try File.names(in: store.folder) == ["12.json"])
        }
    }

    @Test func howFarAPullIsIsNoRecord() async throws {
        try await withStore { store, _ in
            try store.save(record(12))
            #expect(store.pulled(12) == nil)
            store.note(Pulled(done: 1, all: 10), of: 12)
            store.note(Pulled(done: 2, all: 3), of: 12)
            #expect(store.pulled(12) == Pulled(done: 2, all: 3))
            // An agent that ended in the middle of it may leave anything.
            try write("2", to: store.folder.appending("12.pull"))
            #expect(store.pulled(12) == nil)
            #expect(try store.numbers() == [12])
            store.note(nil, of: 12)
            #expect(try File.names(in: store.folder) == ["12.json"])
        }
    }

    /// The state folder is a home, where other programs make folders too.
    @Test func aFolderOfAnotherProgramIsNoApp() async throws {
        try await withStore { store, folder in
            let state = folder.removingLastComponent()
            for name in ["snap", "go", ".docker"] {
                try File.makeFolder(state.appending(name), mode: .ownerReadWriteExecute)
            }
            #expect(try Store.apps(in: state).map(\.description) == ["shop"])
        }
    }

    @Test func numbersAreSortedAsNumbers() async throws {
        try await withStore { store, _ in
            for number in [10, 9, 100] { try store.save(record(number)) }
            for name in ["notes.txt", ".7.json", "x.json", "8", "8.json.tmp"] {
                try write("{}", to: store.folder.appending(name))
            }
            #expect(try store.numbers() == [9, 10, 100])
            let history = try await store.history()
            #expect(history.undecided == [9, 10, 100])
        }
    }

    /// Content that may be in the place of a record.
    @Test(arguments: ["", "garbage", "{}", "[]", "null", "{\"app\": \"shop\", \"number\": 13}", "{\"app\": \"Shop\"}"])
    func aRecordThatCannotBeReadIsLeftOutAndNamed(text: String) async throws {
        try await withStore { store, _ in
            for number in [12, 14] { try store.save(record(number)) }
            try write(text, to: store.folder.appending("13.json"))
            var errors: [StoreError] = []
            let history = try await store.history { errors.append($0) }
            #expect(history.undecided == [12, 14] && history.unreadable == [13])
            #expect(errors.map(\.path) == [store.folder.appending("13.json")])
            #expect(errors.first?.problem.hasPrefix("cannot be read: ") == true)
            #expect(throws: StoreError.self) { try store.record(13) }
        }
    }

    @Test func aRecordThatIsCutOffIsNotTakenForAWholeOne() async throws {
        try await withStore { store, _ in
            let whole = String(decoding: try record(12).json(), as: UTF8.self)
            for length in [1, whole.count / 2, whole.count - 2] {
                try write(String(whole.prefix(length)), to: store.folder.appending("12.json"))
                #expect(throws: StoreError.self) { try store.record(12) }
            }
        }
    }

    @Test func aRecordThatIsGoneIsNamed() async throws {
        try await withStore { store, _ in
            let error = try #require(throws: StoreError.self) { try store.record(7) }
            #expect(error.path == store.folder.appending("7.json"))
            #expect("\(error)".hasPrefix("\(error.path) cannot be read: "))
            #expect(error.cause == .stateUnreadable)
            #expect(error.hint?.isEmpty == false)
        }
    }

    static let text = Array("services:\n  app:\n    image: shop:${IMAGE_TAG}\n".utf8)

    /// A record of a release whose Compose file is stored.
    private func release(in store: Store) throws -> Record {
        var record = try record(12)
        record.compose = try Store.store(Self.text, in: store.composeFile(of: 12))
        return record
    }

    @Test func aComposeFileComesBackAsItWasStored() async throws {
        try await withStore { store, folder in
            let record = try release(in: store)
            let path = folder.appending("compose").appending("12.yaml")
            #expect(record.compose == Record.ComposeFile(file: path.string, sha256: SHA256.hex(Self.text)))
            #expect(try store.compose(of: record) == path)
            #expect(try store.composeText(of: record) == Self.text)
            #expect(try File.read(path) == Self.text)
        }
    }

    /// Content that may be in the place of a stored Compose file.
    @Test(arguments: ["", "services: {}\n", String(decoding: text, as: UTF8.self) + " ", "\u{feff}"])
    func aComposeFileThatWasChangedIsNoticed(other: String) async throws {
        try await withStore { store, _ in
            let record = try release(in: store)
            try write(other, to: try store.compose(of: record))
            for look in [{ _ = try store.compose(of: record) }, { _ = try store.composeText(of: record) }] {
                let error = try #require(throws: StoreError.self) { try look() }
                #expect(error.problem == "is not what was stored")
                #expect(error.path.lastComponent == "12.yaml")
            }
        }
    }

    @Test func aComposeFileThatIsGoneIsNamed() async throws {
        try await withStore { store, _ in
            let record = try release(in: store)
            unlink(try store.compose(of: record).string)
            let error = try #require(throws: StoreError.self) { try store.compose(of: record) }
            #expect(error.problem.hasPrefix("cannot be read: "))
            #expect(error.path.lastComponent == "12.yaml")
        }
    }

    /// A file with that number that the record does not mention is not this release's.
    @Test func aComposeFileThatIsNotOnRecordIsNotTaken() async throws {
        try await withStore { store, _ in
            var record = try release(in: store)
            record.compose = nil
            #expect(throws: StoreError.self) { try store.compose(of: record) }
        }
    }

    @Test func aFolderThatCannotBeMadeIsNamed() async throws {
        let app = try #require(AppName("shop"))
        try await withTemporaryFolder { folder in
            try write("", to: folder.appending("shop"))
            let error = try #require(throws: StoreError.self) { try Store(app: app, state: folder).makeFolders() }
            #expect(error.path == folder.appending("shop").appending("deployments"))
        }
    }
}

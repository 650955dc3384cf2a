import Docker
import DockerModel
import Linux
import Rules
import SystemPackage

/// The records of one app, each a file (`<state>/<app>/deployments/<number>.json`), and the Compose files of its releases
/// (`<state>/<app>/compose/<number>.yaml`).
package struct Store: Sendable {
    package let folder: FilePath
    private let composeFolder: FilePath

    package init(app: AppName, state: FilePath) {
        folder = state.appending(app.description).appending("deployments")
        composeFolder = state.appending(app.description).appending("compose")
    }

    /// The apps that have records on this host, whether they are still deployed or not; none where there is no state folder.
    static func apps(in state: FilePath) throws(StoreError) -> [AppName] {
        do {
            return try File.names(in: state).compactMap { AppName($0) }.sorted()
        } catch .noSuchFileOrDirectory {
            return []
        } catch {
            throw StoreError(path: state, problem: "cannot be listed: \(error)")
        }
    }

    /// Makes the folders where they are missing.
    package func makeFolders() throws(StoreError) {
        for folder in [folder, composeFolder] {
            do {
                try File.makeFolder(folder, mode: [.ownerReadWriteExecute, .groupReadExecute])
            } catch {
                throw StoreError(path: folder, problem: "cannot be made: \(error)")
            }
        }
    }

    /// The numbers of all records, ascending.
    package func numbers() throws(StoreError) -> [Int] {
        do {
            return try File.names(in: folder).compactMap(Self.number).sorted()
        } catch {
            throw StoreError(path: folder, problem: "cannot be listed: \(error)")
        }
    }

    package func record(_ number: Int) throws(StoreError) -> Record {
        let path = path(of: number)
        do {
            return try Record(json: File.read(path))
        } catch {
            throw StoreError(path: path, problem: "cannot be read: \(error)")
        }
    }

    /// Saves a record; it is on the disk when this returns.
    package func save(_ record: Record) throws(StoreError) {
        let path = path(of: record.number)
        do {
            try File.replace(path, with: record.json(), mode: [.ownerReadWrite, .groupRead])
        } catch {
            throw StoreError(path: path, problem: "cannot be written: \(error)")
        }
    }

    /// Every record that can be read, ascending; one that cannot is left out, and named.
    package func records() throws(StoreError) -> (records: [Record], unreadable: [StoreError]) {
        var records: [Record] = []
        var unreadable: [StoreError] = []
        for number in try numbers() {
            do throws(StoreError) {
                records.append(try record(number))
            } catch {
                unreadable.append(error)
            }
        }
        return (records, unreadable)
    }

    /// Keeps the Compose file of a release.
    package func save(compose text: [UInt8], of number: Int) throws(StoreError) -> Record.ComposeFile {
        let path = composePath(of: number)
        do {
            try File.replace(path, with: text, mode: [.ownerReadWrite, .groupRead])
        } catch {
            throw StoreError(path: path, problem: "cannot be written: \(error)")
        }
        return Record.ComposeFile(file: path.string, sha256: SHA256.hex(text))
    }

    /// The Compose file of a release, as it was stored.
    ///
    /// - Throws: where it is gone, or not what was stored.
    package func compose(of record: Record) throws(StoreError) -> FilePath {
        _ = try composeText(of: record)
        return composePath(of: record.number)
    }

    /// What is in that file; it throws as ``compose(of:)`` does.
    package func composeText(of record: Record) throws(StoreError) -> [UInt8] {
        let path = composePath(of: record.number)
        let text: [UInt8]
        do {
            text = try File.read(path)
        } catch {
            throw StoreError(path: path, problem: "cannot be read: \(error)")
        }
        guard SHA256.hex(text) == record.compose?.sha256 else {
            throw StoreError(path: path, problem: "is not what was stored")
        }
        return text
    }

    private func composePath(of number: Int) -> FilePath {
        composeFolder.appending("\(number).yaml")
    }

    private func path(of number: Int) -> FilePath {
        folder.appending("\(number).json")
    }

    /// The number of the record that a file holds.
    package static func number(of path: FilePath) -> Int? {
        path.lastComponent.flatMap { number($0.string) }
    }

    private static func number(_ name: String) -> Int? {
        guard name.hasSuffix(".json"), !name.hasPrefix(".") else { return nil }
        return Int(name.dropLast(".json".count))
    }
}

/// A record that cannot be kept or read.
package struct StoreError: Error, Equatable, Sendable, CustomStringConvertible {
    package let path: FilePath
    package let problem: String

    package var hint: String {
        "see that \(path.removingLastComponent()) belongs to user berth and its disk is not full"
    }

    package var description: String { "\(path) \(problem); \(hint)" }
}

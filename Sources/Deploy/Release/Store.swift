import Docker
import SystemPackage

/// The records of one app, each a file: `<state>/<app>/deployments/<number>.json`.
package struct Store: Sendable {
    private let folder: FilePath

    /// Makes the folder where it is missing.
    package init(app: AppName, state: FilePath) throws(StoreError) {
        folder = state.appending(app.description).appending("deployments")
        do {
            try File.makeFolder(folder, mode: [.ownerReadWriteExecute, .groupReadExecute])
        } catch {
            throw StoreError(path: folder, problem: "cannot be made: \(error)")
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

    private func path(of number: Int) -> FilePath {
        folder.appending("\(number).json")
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

import Glibc
import Linux
import Rules
import SystemPackage

/// Reads an app's records for a person, also while the agent works or is down.
package struct RecordReader: Sendable {
    package let app: AppName
    package let store: Store

    /// - Parameter state: the folder of all records.
    /// - Throws: ``Failure`` if berth has no records of the app, or the person may not read them.
    package init(app name: String, state: FilePath) throws(Failure) {
        let own = AppName(name).map { Store(app: $0, state: state) }
        // A reader of one app may not list them all.
        guard let app = AppName(name), let own, try Self.isThere(own.folder) else {
            let names = try Self.apps(in: state).map(\.description).joined(separator: ", ")
            throw Failure(
                .noSuchApp,
                "app \(name)",
                "has no records in \(state)",
                hint: names.isEmpty
                    ? "see systemctl status berth for the apps that it knows" : "those with records are \(names)"
            )
        }
        self.app = app
        store = own
    }

    /// The apps with records.
    package static func apps(in state: FilePath) throws(Failure) -> [AppName] {
        try mayRead(state)
        do throws(StoreError) { return try Store.apps(in: state) } catch { throw Failure(error) }
    }

    private static func isThere(_ folder: FilePath) throws(Failure) -> Bool {
        try mayRead(folder)
        return File.exists(folder)
    }

    private static func mayRead(_ folder: FilePath) throws(Failure) {
        guard access(folder.string, R_OK | X_OK) != 0, errno == EACCES else { return }
        throw Failure(
            .stateUnreadable,
            "\(folder)",
            "may not be read by you",
            hint: "run it with sudo, join the group berth-records, or see readers in the settings"
        )
    }

    /// - Throws: ``Failure`` if the person may not change what berth keeps of the app.
    package func mayWrite() throws(Failure) {
        let folder = store.folder.removingLastComponent()
        guard access(folder.string, W_OK) != 0 else { return }
        throw Failure(.stateUnwritable, "\(folder)", "may not be changed by you", hint: "run it with sudo")
    }

    /// The record of a deployment.
    ///
    /// - Parameter number: nil for the last one.
    /// - Throws: ``Failure`` if there is none.
    package func record(_ number: Int?) throws(Failure) -> Record {
        let numbers = try numbers()
        guard let number = number ?? numbers.last else {
            throw Failure(.noSuchRecord, "\(app)", "has no deployments yet", hint: nil)
        }
        guard numbers.contains(number) else {
            throw Failure(.noSuchRecord, "\(app)", "has no record of #\(number)", hint: "see berth history \(app)")
        }
        do throws(StoreError) { return try store.record(number) } catch { throw Failure(error) }
    }

    /// The number of the last deployment; 0 before the first one.
    package func lastNumber() throws(Failure) -> Int { try numbers().last ?? 0 }

    /// The record of the last good deployment before that number; nil if there is none that can be read.
    package func lastGood(before number: Int) -> Record? {
        let numbers = (try? numbers()) ?? []
        return numbers.reversed().lazy.filter { $0 < number }.compactMap { try? store.record($0) }
            .first { $0.verdict == .deployed }
    }

    private func numbers() throws(Failure) -> [Int] {
        do throws(StoreError) { return try store.numbers() } catch { throw Failure(error) }
    }

    /// The last deployments, the newest first.
    ///
    /// - Parameter count: how many; nil for all.
    package func last(_ count: Int?) throws(Failure) -> Deployments {
        var found = Deployments(app: app)
        let numbers = try numbers()
        for number in numbers.suffix(count ?? numbers.count).reversed() {
            if let record = try? store.record(number) {
                found.deployments.append(Deployments.Deployment(record))
            } else {
                found.unreadable.append(number)
            }
        }
        return found
    }
}

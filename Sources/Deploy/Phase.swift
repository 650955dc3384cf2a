/// The phases of a deployment, in the order in which they run; the names are the same in code, journal, record and
/// documentation.
package enum Phase: String, Sendable, Codable, CaseIterable {
    case claim, check, login, room, pull, before, up, health, after, settle, rollback
}

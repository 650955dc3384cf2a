import Testing

@testable import Rules

@Suite struct PruneLineTests {
    @Test(arguments: [
        ("0 3 * * 0 root /usr/bin/docker system prune -af --volumes", PruneLine.Danger.volumes),
        ("@daily docker volume prune -f", .volumes),
        ("docker volume rm $(docker volume ls -q)", .volumes),
        ("docker --context default volume prune", .volumes),
        ("docker --context=default volume prune", .volumes),
        ("docker -H unix:///run/docker.sock volume prune", .volumes),
        ("docker --debug -l error system prune", .images),
        ("docker --context volume image ls", nil),
        ("\tdocker system prune --force", .images),
        ("docker image prune --all --filter until=24h >/dev/null", .images),
        ("x=$(docker image ls -q) && docker rmi $x", .images),
        ("cd /srv/shop && docker compose pull && docker system prune -af --volumes", .volumes),
        ("docker image prune -f; docker volume prune -f", .volumes),
        ("docker volume prune -f; docker image prune -f", .volumes),
        ("docker ps -q|xargs docker volume rm", .volumes),
        ("test -e /x||docker volume prune -f", .volumes),
        ("sh -c 'docker volume prune' >/dev/null", .volumes),
        ("echo $(date; docker volume prune)", .volumes),
        ("docker rmi `docker images -q`", .images),
        ("(docker builder prune -f)", .images),
        ("ExecStart=/usr/bin/docker image prune -f", .images),
        ("docker image rm old", .images),
        ("cd /srv/shop && docker compose down -v", .volumes),
        ("docker compose --file a.yaml down --volumes", .volumes),
        ("docker compose -p down ps -v", nil),
        ("docker compose down", nil),
        ("docker compose down; docker ps -v", nil),
        ("docker compose down --rmi all", .images),
        ("docker compose rm -fsv", .volumes),
        ("docker-compose down -v", .volumes),
        ("/usr/local/bin/docker-compose -f a.yaml down -v", .volumes),
        ("my-docker volume prune", nil),
        ("clean --docker volume prune", nil),
        ("# docker system prune --volumes", nil),
        ("  # docker system prune --volumes", nil),
        ("docker ps --volumes", nil),
        ("mydocker system prune", nil),
        ("docker", nil),
        ("", nil),
    ])
    func isFound(line: String, danger: PruneLine.Danger?) {
        #expect(PruneLine.find(in: line, of: "f").first?.danger == danger)
    }

    @Test func namesTheFileAndTheLine() {
        let found = PruneLine.find(in: "# weekly\n\n0 3 * * 0 root docker system prune -f\n", of: "/etc/cron.d/clean")
        #expect(
            found == [
                PruneLine(file: "/etc/cron.d/clean", line: 3, command: "docker system prune -f", danger: .images)
            ]
        )
        #expect(Finding.schedules(found).map(\.severity) == [.warning])
        #expect(Finding.schedules(found).map(\.subject) == ["/etc/cron.d/clean:3:"])
    }

    @Test func namesTheWorstOfALine() {
        let found = PruneLine.find(in: "docker image prune -f; docker -D volume prune -f && true", of: "f")
        #expect(found.map(\.command) == ["docker -D volume prune -f"])
    }

    @Test func ofAUnitOnlyCommandsCount() {
        let unit = "Description=runs docker system prune\nExecStart=-/usr/bin/docker system prune -f\n"
        #expect(PruneLine.find(in: unit, of: "u", startsWith: "Exec").map(\.line) == [2])
    }
}

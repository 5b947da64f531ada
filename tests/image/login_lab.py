"""Who logs in by ssh gets the minishell, and nothing else."""
from appliance import document, pool, switch
from guest import Site, make_key, ssh
from harness import check, limit


@limit(300)
def lab_ssh_leads_to_the_minishell_and_nowhere_else(lab):
    site = Site(lab, "a")
    guest, address = site.guests["a"], site.addresses["a"]
    key, line = make_key(lab)
    guest.start(documents={"50-edge.xml": document(switch(interface="eth0", address=f"{address}/24"),
                                                   pool("10.126.77.200-10.126.77.250"))}, keys=line)

    def login(*words, **more):
        return ssh(site.router, key, address, *words, **more)
    check("a cmdlet is carried out", "vSwitch1" in login("Get-HcsExternalVirtualSwitch").stdout)
    login("Set-HcsBGPPeer -PeerAddress 10.126.77.101 -PeerAsn 64512 -SelfAsn 64513 -SwitchName vSwitch1")
    check("who logs in may change something", "10.126.77.101" in login(
        text="Get-HcsBGPPeers -SwitchName vSwitch1\n").stdout)
    check("the change has its author", "EdgeUser" in login("Get-DscConfigurationStatus -All | ConvertTo-Json").stdout)

    for command in ("id", "/bin/sh -c id", "$(id)"):
        answer = login(command, expect=None)
        check(f"{command} is no cmdlet", answer.returncode != 0 and "uid=" not in answer.stdout + answer.stderr,
              answer)
    check("nothing is forwarded", login(options=("-W", f"{address}:22"), expect=None).returncode == 255)
    check("there are no files to fetch", login("sftp", options=("-s",), expect=None).returncode != 0)
    check("root does not log in", ssh(site.router, key, address, user="root", expect=None).returncode == 255)
    check("nobody logs in without a key",
          login(options=("-o", "PubkeyAuthentication=no"), expect=None).returncode == 255)

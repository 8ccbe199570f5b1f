//! Sessions that processes ran in, and remote logons that had Office started over DCOM (T1021.003).

use crate::{CaseEvidence, FactKind, LogonLink, Proc};
use ddefend_event::Time;
use ddefend_hunt::number;
use std::collections::HashMap;

/// How long before a start over COM a logon from the network may have been.
const REMOTE: i64 = 60 * Time::SECOND;

/// Logons of the processes, in their order.
pub(super) fn logons(evidence: &CaseEvidence, processes: &[Proc], wanted: &[usize]) -> Vec<LogonLink> {
    let mut sessions: HashMap<(String, u64), Vec<usize>> = HashMap::new();
    let mut network: HashMap<String, Vec<(i64, usize)>> = HashMap::new();
    for (index, fact) in evidence.facts.iter().enumerate() {
        if fact.spec.kind != FactKind::Logon || fact.event_id != 4624 {
            continue;
        }
        let host = fact.host.to_ascii_lowercase();
        if let Some(id) = fact.get("TargetLogonId").and_then(number) {
            sessions.entry((host.clone(), id)).or_default().push(index);
        }
        if let Some(time) = fact.ticks().filter(|_| fact.get("LogonType") == Some("3")) {
            network.entry(host).or_default().push((time, index));
        }
    }
    network.values_mut().for_each(|list| list.sort_unstable());
    let mut links = Vec::new();
    for at in wanted {
        let Some(proc) = processes.get(*at) else { continue };
        let start = proc.start.map(|time| time.ticks);
        let session = number(&proc.logon).and_then(|id| sessions.get(&(proc.host.clone(), id)));
        // Session ids begin anew with every start of Windows: the latest before the process.
        let latest = session.into_iter().flatten().copied().rfind(|index| {
            let time = evidence.facts.get(*index).and_then(crate::Fact::ticks);
            time.zip(start).is_none_or(|(time, start)| time <= start.saturating_add(2 * Time::SECOND))
        });
        if let Some(fact) = latest {
            links.push(LogonLink { process: *at, fact, remote: false, confidence: 1.0 });
        }
        let by_com = proc.automated
            && proc.parent.and_then(|parent| processes.get(parent)).is_none_or(|parent| parent.name == "svchost.exe");
        if let Some(start) = start.filter(|_| by_com) {
            let list = network.get(&proc.host).map(Vec::as_slice).unwrap_or_default();
            let until = list.partition_point(|(time, _)| *time <= start);
            let near = list.get(..until).unwrap_or_default().iter().rev();
            let mut near = near.take_while(|(time, _)| start.saturating_sub(*time) <= REMOTE);
            let foreign = |index: usize| {
                let address = evidence.facts.get(index).and_then(|fact| fact.get("IpAddress"));
                address.is_some_and(|ip| super::network::read(ip).is_some_and(|ip| !ip.is_loopback()))
            };
            if let Some((_, fact)) = near.find(|(_, index)| foreign(*index)) {
                let user = evidence.facts.get(*fact).and_then(|fact| fact.get("TargetUserName")).unwrap_or_default();
                let own = proc.user.rsplit('\\').next().unwrap_or_default();
                let confidence = if user.eq_ignore_ascii_case(own) { 0.9 } else { 0.6 };
                links.push(LogonLink { process: *at, fact: *fact, remote: true, confidence });
            }
        }
    }
    links
}

#[cfg(test)]
mod tests {
    use crate::FactKind;
    use crate::link::testing::{EXCEL, Made};

    fn logon(made: &mut Made, second: i64, kind: &str, id: &str, ip: &str) {
        let values = [
            ("event", "4624"),
            ("LogonType", kind),
            ("TargetLogonId", id),
            ("IpAddress", ip),
            ("TargetUserName", "alice"),
        ];
        made.fact(FactKind::Logon, second, &values);
    }

    fn made(switch: &str, ip: &str, second: i64) -> Vec<(bool, f64)> {
        let mut made = Made::new();
        logon(&mut made, -900, "2", "0x3e7a1", "127.0.0.1");
        logon(&mut made, second, "3", "0x99", ip);
        let svchost = r"C:\Windows\System32\svchost.exe";
        made.start(0, 10, EXCEL, &format!("excel.exe {switch}"), 5, svchost);
        made.start(2, 20, crate::link::testing::CMD, "cmd /c calc", 10, EXCEL);
        let linked = made.link();
        let excel = linked.processes.iter().position(|proc| proc.name == "excel.exe");
        linked.logons.iter().filter(|one| Some(one.process) == excel).map(|one| (one.remote, one.confidence)).collect()
    }

    #[test]
    fn driven_from_another_computer() {
        assert_eq!(made("/automation -Embedding", "10.0.0.77", -3), [(false, 1.0), (true, 0.9)]);
        assert_eq!(made("/automation -Embedding", "10.0.0.77", -300), [(false, 1.0)]);
        assert_eq!(made("/automation -Embedding", "127.0.0.1", -3), [(false, 1.0)]);
        assert_eq!(made("x.xlsx", "10.0.0.77", -3), [(false, 1.0)]);
    }
}

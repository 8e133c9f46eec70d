//! SIP addresses.

/// Whether `target` looks like a SIP URI (RFC 3261, 19.1) with a host to call; what the network
/// thinks of it shows when it is called.
pub(super) fn check_target(target: &str) -> Result<(), &'static str> {
    let lower = target.to_ascii_lowercase();
    let rest = lower
        .strip_prefix("sip:")
        .or_else(|| lower.strip_prefix("sips:"))
        .ok_or("it does not start with sip: or sips:")?;
    if target
        .chars()
        .any(|c| c.is_whitespace() || c.is_control() || "<>\"".contains(c))
    {
        return Err("there are spaces, quotes or < > in it");
    }
    let address = rest.split([';', '?']).next().unwrap_or_default();
    let host_port = match address.rsplit_once('@') {
        Some(("", _)) => return Err("there is nobody before the @"),
        Some((_, host_port)) => host_port,
        None => address,
    };
    let (host, port) = match host_port.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (host_port, None),
    };
    if port.is_some_and(|port| !port.parse::<u16>().is_ok_and(|port| port > 0)) {
        return Err("the port is no number from 1 to 65535");
    }
    let inner = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let valid = match inner {
        Some(inner) => inner.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            !host.is_empty()
                && host
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || ".-".contains(c))
        }
    };
    if valid {
        Ok(())
    } else {
        Err("there is no host to call")
    }
}

namespace PPYolo.Align.Locks;

/// <summary>What ppyolo.lock says of whoever writes into a folder.</summary>
internal sealed record LockHolder
{
    public const string FormatName = "ppyolo-lock";

    /// <summary>Always "ppyolo-lock".</summary>
    public string Format { get; init; } = FormatName;

    /// <summary>The version of the layout: 1.</summary>
    public int Version { get; init; } = 1;

    /// <summary>The machine.</summary>
    public required string Host { get; init; }

    /// <summary>The process.</summary>
    public required int Process { get; init; }

    /// <summary>When the process began.</summary>
    public required DateTime Started { get; init; }

    /// <summary>What it does, as it was called.</summary>
    public required string Command { get; init; }

    /// <summary>When it was last known to be alive, for other machines.</summary>
    public required DateTime Heartbeat { get; init; }

    /// <summary>Tells locks of one process apart.</summary>
    public required string Token { get; init; }

    /// <summary>Who it is, for messages.</summary>
    public override string ToString() => $"process {Process} on {Host}, which began at {Started:yyyy-MM-dd HH:mm:ss}Z: {Command}";
}

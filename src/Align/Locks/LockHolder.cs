using System.Globalization;
using System.Text;
using System.Text.Json;
using PPYolo.Align.Files;
using PPYolo.Align.Json;

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

    /// <summary>This process, now.</summary>
    public static LockHolder Here()
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return new()
        {
            Host = Environment.MachineName,
            Process = Environment.ProcessId,
            Started = process.StartTime.ToUniversalTime(),
            Command = string.Join(
                ' ',
                Environment.GetCommandLineArgs().Select((part, index) => index == 0 ? Path.GetFileName(part) : part)
            ),
            Heartbeat = DateTime.UtcNow,
            Token = Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture),
        };
    }

    /// <summary>Who a lock file names; null where it names nobody.</summary>
    public static LockHolder? Read(string path)
    {
        try
        {
            return Parse(InputFile.ReadTextOfHeld(path));
        }
        catch (AlignException)
        {
            return null;
        }
    }

    /// <summary>Who a text names. A lock that is being written, or that somebody damaged, names nobody.</summary>
    public static LockHolder? Parse(string text)
    {
        try
        {
            return StrictJson.Parse<LockHolder>(text, FolderLock.FileName);
        }
        catch (Exception error) when (error is AlignException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Writes it into the lock that is held.</summary>
    public void Write(FileStream file)
    {
        // In place and of one length, since whoever replaced the file would no longer hold it.
        file.Position = 0;
        file.Write(Encoding.UTF8.GetBytes(StrictJson.Text(this) + "\n"));
        file.SetLength(file.Position);
        file.Flush();
    }
}

namespace PPYolo.Tests.Unit.Snapshots.Verifying;

/// <summary>A directory for snapshots, and verification in this process; no window opens if it fails.</summary>
public abstract class VerifyingTests : IDisposable
{
    internal TemporaryFolder Snapshots { get; } = new();

    public void Dispose()
    {
        Snapshots.Dispose();
        GC.SuppressFinalize(this);
    }

    internal SettingsTask Here(SettingsTask verification, string name = "Case") =>
        verification.UseDirectory(Snapshots.Path).UseFileName(name).DisableDiff().DisableRequireUniquePrefix();

    internal async Task<string> Fails(SettingsTask verification, string name = "Case") =>
        (await Here(verification, name).Awaiting(task => task.ToTask()).Should().ThrowAsync<Exception>()).Which.Message;
}

namespace PPYolo.Tests.Snapshots.Subject;

/// <summary>A setting of all tests that comes after the first verification.</summary>
public class TooLate
{
    [Fact]
    public async Task Registers()
    {
        await Verify(Given.Value).UseDirectory(Given.Directory);
        VerifierSettings.RegisterStringComparer("late", (_, _, _) => Task.FromResult(CompareResult.Equal));
    }
}

namespace PPYolo.Tests.Snapshots.Subject;

/// <summary>Snapshots whose place is derived for all tests at once.</summary>
public class Placed
{
    [Fact]
    public async Task Derived()
    {
        UseProjectRelativeDirectory(Path.Combine(Given.Directory, "derived"));
        await Verify(Given.Value);
    }
}

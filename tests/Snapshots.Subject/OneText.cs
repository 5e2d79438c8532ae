namespace PPYolo.Tests.Snapshots.Subject;

/// <summary>A class with a single snapshot.</summary>
public class OneText
{
    [Fact]
    public Task Text() => Verify(Given.Value).UseDirectory(Given.Directory);
}

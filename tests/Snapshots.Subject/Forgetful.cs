namespace PPYolo.Tests.Snapshots.Subject;

/// <summary>A theory that does not hand its arguments over.</summary>
public class Forgetful
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public Task Unnamed(int value) => Verify($"{Given.Value}{value * 0}").UseDirectory(Given.Directory);
}

namespace PPYolo.Tests.Snapshots.Subject;

/// <summary>Snapshots named for class and method.</summary>
public class Facts
{
    [Fact]
    public async Task Text()
    {
        // The name of the test must survive a change of thread.
        await Task.Yield();
        await Verify(Given.Value).UseDirectory(Given.Directory);
    }

    [Fact]
    public Task Number() => Verify(Given.Value, "number").UseDirectory(Given.Directory);

    [Fact]
    public Task Bytes() => Verify(System.Text.Encoding.UTF8.GetBytes(Given.Value), "bytes").UseDirectory(Given.Directory);

    public class Within
    {
        [Fact]
        public Task Text() => Verify(Given.Value).UseDirectory(Given.Directory);
    }
}

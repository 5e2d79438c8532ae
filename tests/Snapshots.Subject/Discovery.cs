using Xunit.Abstractions;

namespace PPYolo.Tests.Snapshots.Subject;

/// <summary>Collects the tests that xunit finds.</summary>
internal sealed class Discovery : IMessageSink, IDisposable
{
    public List<ITestCase> Cases { get; } = [];

    public ManualResetEventSlim Finished { get; } = new();

    public bool OnMessage(IMessageSinkMessage message)
    {
        if (message is ITestCaseDiscoveryMessage found)
        {
            Cases.Add(found.TestCase);
        }

        if (message is IDiscoveryCompleteMessage)
        {
            Finished.Set();
        }

        return true;
    }

    public void Dispose() => Finished.Dispose();
}

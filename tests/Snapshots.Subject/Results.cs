using System.Collections.Concurrent;
using Xunit.Abstractions;

namespace PPYolo.Tests.Snapshots.Subject;

/// <summary>Collects what becomes of each test; tests of several classes report side by side.</summary>
internal sealed class Results : IMessageSink, IDisposable
{
    public ConcurrentQueue<Result> All { get; } = new();

    public ManualResetEventSlim Finished { get; } = new();

    public bool OnMessage(IMessageSinkMessage message)
    {
        switch (message)
        {
            case ITestPassed passed:
                All.Enqueue(new Result(passed.Test.DisplayName, true, ""));
                break;
            case ITestFailed failed:
                All.Enqueue(new Result(failed.Test.DisplayName, false, string.Join('\n', failed.Messages)));
                break;
            case IErrorMessage error:
                All.Enqueue(new Result("outside of tests", false, string.Join('\n', error.Messages)));
                break;
            case ITestAssemblyFinished:
                Finished.Set();
                break;
        }

        return true;
    }

    public void Dispose() => Finished.Dispose();
}

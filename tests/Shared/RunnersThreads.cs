using System.Runtime.CompilerServices;

namespace PPYolo.Tests.Shared;

/// <summary>
/// .NET's pool starts as many threads as there are cores, and more only after half a second without progress. The test runner keeps three
/// of them waiting, and each test that runs is on one: on two cores no thread was left for what ranks, which are threads of their own, have
/// done in parallel, and they waited until another test ended.
/// </summary>
internal static class RunnersThreads
{
    private const int KeptWaiting = 3,
        Tests = 2;

    [ModuleInitializer]
    internal static void MakeUpFor()
    {
        ThreadPool.GetMinThreads(out var workers, out var ports);
        ThreadPool.SetMinThreads(workers + KeptWaiting + Tests, ports);
    }
}

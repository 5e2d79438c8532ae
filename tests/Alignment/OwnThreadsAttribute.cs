using System.Reflection;
using PPYolo.Train.Runtime;
using Xunit.Sdk;

namespace PPYolo.Tests.Alignment;

/// <summary>
/// Gives every test of a class the standard number of threads: a thread that torch has not seen yet would take the number that was set
/// last, by whichever test runs beside it.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class OwnThreadsAttribute : BeforeAfterTestAttribute
{
    public override void Before(MethodInfo methodUnderTest) => TorchThreads.Set(TestEnvironment.Threads);
}

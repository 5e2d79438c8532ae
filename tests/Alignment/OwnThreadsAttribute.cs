using System.Reflection;
using TorchSharp;
using Xunit.Sdk;

namespace PPYolo.Tests.Alignment;

/// <summary>Gives every test of a class the standard number of threads: a thread that torch has not seen yet would take the number that was set last, by whichever test runs beside it.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class OwnThreadsAttribute : BeforeAfterTestAttribute
{
    public override void Before(MethodInfo methodUnderTest) => torch.set_num_threads(TestEnvironment.Threads);
}

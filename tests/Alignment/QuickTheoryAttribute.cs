using Xunit.Abstractions;
using Xunit.Sdk;

namespace PPYolo.Tests.Alignment;

/// <summary>
/// A theory of which one row is in the quick lane as well: <c>dotnet test tests/Alignment --no-build --filter
/// "Alignment&amp;Category=Quick"</c>.
/// </summary>
/// <param name="row">The first value of that row.</param>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("PPYolo.Tests.Alignment.QuickTheoryDiscoverer", "PPYolo.Tests.Alignment")]
internal sealed class QuickTheoryAttribute(string row) : TheoryAttribute
{
    /// <summary>The first value of the row.</summary>
    public string Row => row;
}

/// <summary>Gives the row its category; its name stays, which goldens are found by.</summary>
public sealed class QuickTheoryDiscoverer(IMessageSink diagnostics) : TheoryDiscoverer(diagnostics)
{
    /// <inheritdoc />
    protected override IEnumerable<IXunitTestCase> CreateTestCasesForDataRow(
        ITestFrameworkDiscoveryOptions discoveryOptions,
        ITestMethod testMethod,
        IAttributeInfo theoryAttribute,
        object[] dataRow
    )
    {
        var row = theoryAttribute.GetConstructorArguments().Single();
        foreach (var test in base.CreateTestCasesForDataRow(discoveryOptions, testMethod, theoryAttribute, dataRow))
        {
            if (Equals(dataRow[0], row))
            {
                test.Traits["Category"].Add("Quick");
            }

            yield return test;
        }
    }
}

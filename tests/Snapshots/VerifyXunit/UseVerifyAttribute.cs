using System.ComponentModel;
using System.Reflection;
using Xunit.Sdk;

namespace VerifyXunit;

/// <summary>
/// Put on a test assembly by eng/SnapshotEngine.props: xunit 2 then announces every test before it runs, which is how a snapshot gets the
/// name of its test. xunit gives no argument values here, so theories hand theirs over with <c>UseParameters</c>.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class UseVerifyAttribute : BeforeAfterTestAttribute
{
    // Flows with the test through its awaits, so that tests running side by side each see their own method.
    private static readonly AsyncLocal<MethodInfo?> Current = new();

    /// <inheritdoc />
    public override void Before(MethodInfo methodUnderTest) => Current.Value = methodUnderTest;

    /// <inheritdoc />
    public override void After(MethodInfo methodUnderTest) => Current.Value = null;

    /// <summary>The test method that is running in this flow of execution.</summary>
    /// <exception cref="InvalidOperationException">No test is running, or its assembly does not import
    /// eng/SnapshotEngine.props.</exception>
    public static MethodInfo GetMethod() =>
        Current.Value
        ?? throw new InvalidOperationException(
            "No running test is known here. Verify must be called within an xunit test, and the test project must import "
                + "eng/SnapshotEngine.props."
        );
}

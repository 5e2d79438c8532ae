namespace PPYolo.Tests.Unit.Snapshots.Support;

/// <summary>A scenario in which the subset means to differ from Verify; skipped where the subject runs on Verify itself.</summary>
internal sealed class SubsetFactAttribute : FactAttribute
{
    public SubsetFactAttribute()
    {
        if (BuildFacts.SubjectEngine != "Subset")
        {
            Skip = "Differs from Verify on purpose: see tests/Snapshots/README.md";
        }
    }
}

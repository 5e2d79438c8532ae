namespace PPYolo.Data.Coco;

/// <summary>A mean over the values that are defined; <see cref="CocoResult.Undefined"/> where none is.</summary>
internal struct DefinedMean
{
    private double sum;
    private int count;

    /// <summary>The mean so far.</summary>
    public readonly double Value => count == 0 ? CocoResult.Undefined : sum / count;

    /// <summary>Takes a defined value in.</summary>
    public void Add(double value)
    {
        sum += value;
        count++;
    }
}

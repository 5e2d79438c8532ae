namespace PPYolo.Data.Transforms;

/// <summary>A random change of a sample.</summary>
internal interface ISampleTransform
{
    /// <summary>The last part of the name of its stream.</summary>
    string Name { get; }

    /// <summary>Changes a sample.</summary>
    /// <param name="sample">The sample.</param>
    /// <param name="draws">Where all chance comes from.</param>
    void Apply(Sample sample, RandomDraws draws);
}

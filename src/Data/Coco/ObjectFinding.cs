namespace PPYolo.Data.Coco;

/// <summary>What came of an object or of a detection of an image.</summary>
/// <param name="Object">The object; null where a detection found nothing.</param>
/// <param name="Detection">What was taken for it; null where it was missed.</param>
internal readonly record struct ObjectFinding(CocoAnnotation? Object, CocoDetection? Detection)
{
    /// <summary>Whether the object was found, and as what it is.</summary>
    public bool Right => Object is { } one && Detection is { } found && one.CategoryId == found.CategoryId;

    /// <summary>Whether there is an object that was not found as what it is.</summary>
    public bool Missed => Object is not null && !Right;

    /// <summary>Whether there is a detection that is not what it says.</summary>
    public bool False => Detection is not null && !Right;
}

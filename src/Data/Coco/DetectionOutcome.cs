namespace PPYolo.Data.Coco;

/// <summary>What a detection counts as, at one overlap threshold and size of object.</summary>
internal enum DetectionOutcome : byte
{
    /// <summary>It found nothing.</summary>
    Wrong,

    /// <summary>It found an object.</summary>
    Right,

    /// <summary>
    /// It counts neither way: it fell to a crowd or to an object of another size, or found nothing and is itself of another size.
    /// </summary>
    Ignored,
}

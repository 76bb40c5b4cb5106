# core/algorithms

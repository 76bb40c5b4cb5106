# core/exchange
